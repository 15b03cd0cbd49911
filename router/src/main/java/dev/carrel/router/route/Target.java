/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a route leads. Made from the route table alone, never from anything a client sends.
 *
 * @param host name or address, IPv6 without brackets
 * @param port of it
 * @param path put before every request's own path; empty for none, never ending with a slash
 */
public record Target(String host, int port, String path) {

    /** Reads a target's URL; empty when it is none that this router can serve. */
    public static Optional<Target> of(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        String host = uri.getHost();
        boolean plain = "http".equalsIgnoreCase(uri.getScheme())
                && host != null
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getPort() != 0
                && uri.getPort() <= 65_535;
        if (!plain) {
            return Optional.empty();
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return Optional.of(new Target(bare.toLowerCase(Locale.ROOT), uri.getPort() < 0 ? 80 : uri.getPort(), path));
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
