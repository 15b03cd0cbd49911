/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.http.transport.ClientAddress;
import dev.carrel.router.settings.RouterSettings;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out who sent a request, believing X-Forwarded-For and X-Forwarded-Proto of the proxies that the operator has named, and of nobody else. Every proxy adds
 * the address it was called from at the end of the list, so what counts is the last that is not a trusted proxy's own: whatever
 * stands before it was said by somebody we do not believe. Immutable; any thread.
 */
final class TrustedProxies {
    private static final Pattern WITH_PORT = Pattern.compile("\\[([0-9A-Fa-f:.]+)](?::\\d{1,5})?|([0-9.]+):\\d{1,5}");

    private final AddressRanges trusted;
    private final String scheme;

    /**
     * As the settings have it.
     *
     * @throws IllegalArgumentException naming the entry that is no address
     */
    TrustedProxies(SiteSettings site, RouterSettings settings) {
        this.trusted = AddressRanges.of("router.trusted-proxies", settings.trustedProxies());
        this.scheme = site.baseUrl().getScheme();
    }

    Sender sender(Channel connection, HttpHeaders headers) {
        InetSocketAddress socket = ClientAddress.of(connection);
        String peer = socket == null ? "0.0.0.0" : socket.getAddress().getHostAddress();
        if (!trusted.contains(socket)) {
            return new Sender(peer, peer, scheme);
        }
        return new Sender(peer, client(peer, headers.getAll("X-Forwarded-For")), proto(headers));
    }

    private String client(String peer, List<String> lines) {
        String[] said = String.join(",", lines).split(",");
        String client = peer;
        for (int at = said.length - 1; at >= 0 && trusted.contains(client); at--) {
            String next = literal(said[at].strip());
            if (next.isEmpty()) {
                break;
            }
            client = next;
        }
        return client;
    }

    /** Only the last counts, and only if it is one of the two there are. */
    private String proto(HttpHeaders headers) {
        List<String> lines = headers.getAll("X-Forwarded-Proto");
        String all = lines.isEmpty() ? "" : lines.getLast();
        String last = all.substring(all.lastIndexOf(',') + 1).strip();
        return last.equalsIgnoreCase("https") ? "https" : last.equalsIgnoreCase("http") ? "http" : scheme;
    }

    /** The address of an entry, in one spelling; empty when it is none. Names are never looked up. */
    private static String literal(String entry) {
        Matcher port = WITH_PORT.matcher(entry);
        String bare = !port.matches() ? entry : port.group(1) != null ? port.group(1) : port.group(2);
        try {
            return InetAddress.ofLiteral(bare).getHostAddress();
        } catch (IllegalArgumentException _) {
            return "";
        }
    }
}
