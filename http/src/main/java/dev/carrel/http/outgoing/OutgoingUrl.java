/* Copyright the Carrel authors. */
package dev.carrel.http.outgoing;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An address that may be asked as far as can be told without looking it up: its scheme is that of the web, with TLS or without, a host that has one reading only, no credentials.
 *
 * @param host a name in small letters, or an address of IPv4 or IPv6 without brackets
 * @param path with the query, as they were given
 */
public record OutgoingUrl(boolean secure, String host, int port, String path) {
    private static final int LONGEST = 2000;
    private static final int LONGEST_HOST = 253;
    private static final Pattern VISIBLE = Pattern.compile("[!-~]+");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");
    private static final Pattern NUMBER = Pattern.compile("\\d+|0x[0-9a-f]*");
    private static final Pattern DOTTED = Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException with what is wrong and what is expected; it does not hold the address, which may hold secrets
     */
    public static OutgoingUrl parse(String text) {
        URI uri = uri(text);
        boolean https = "https".equalsIgnoreCase(uri.getScheme());
        if (!https && !"http".equalsIgnoreCase(uri.getScheme())) {
            throw wrong("scheme", "http or https");
        }
        String authority = uri.getRawAuthority();
        if (authority != null && authority.contains("@")) {
            throw wrong("credentials", "none in the address");
        }
        if (uri.getRawFragment() != null) {
            throw wrong("fragment", "none");
        }
        return new OutgoingUrl(https, host(uri.getHost()), port(uri, https), path(uri));
    }

    private static URI uri(String text) {
        if (text.length() > LONGEST || !VISIBLE.matcher(text).matches() || text.contains("\\")) {
            throw wrong("characters", "at most " + LONGEST + " visible ones of ASCII, no backslash");
        }
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw wrong("form", "http://host/path or https://host/path");
        }
    }

    private static int port(URI uri, boolean https) {
        int usual = https ? 443 : 80;
        int port = uri.getPort() == -1 ? usual : uri.getPort();
        if (port < 1 || port > 65_535) {
            throw wrong("port", "1 to 65535");
        }
        return port;
    }

    private static String path(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    private static String host(@Nullable String given) {
        String host = given == null ? "" : given.toLowerCase(Locale.ROOT);
        if (host.startsWith("[")) {
            String inner = host.substring(1, host.length() - 1);
            if (inner.contains("%")) {
                throw wrong("host", "an address without a zone");
            }
            return literal(inner).map(InetAddress::getHostAddress).orElseThrow(OutgoingUrl::badHost);
        }
        if (DOTTED.matcher(host).matches()) {
            return host;
        }
        String[] labels = host.split("\\.", -1);
        // Whatever ends in a number is an address to somebody: 127.1, 2130706433, 0x7f.1, 0177.0.0.1.
        boolean name = host.length() <= LONGEST_HOST
                && !NUMBER.matcher(labels[labels.length - 1]).matches();
        for (String label : labels) {
            name &= LABEL.matcher(label).matches();
        }
        if (!name) {
            throw badHost();
        }
        return host;
    }

    private static IllegalArgumentException badHost() {
        return wrong(
                "host",
                "a name as example.org, an IPv4 address as 192.0.2.1 in decimal, or an IPv6 address in brackets");
    }

    private static IllegalArgumentException wrong(String part, String expected) {
        return new IllegalArgumentException(part + " of the address (expected: " + expected + ")");
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** The host's address when it is one and no name. */
    Optional<InetAddress> address() {
        return DOTTED.matcher(host).matches() || host.contains(":") ? literal(host) : Optional.empty();
    }

    /** For the header. */
    String authority() {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return port == (secure ? 443 : 80) ? name : name + ":" + port;
    }

    /** Without path and query, which may hold secrets. */
    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + authority();
    }
}
