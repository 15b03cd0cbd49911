/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a route leads. Made from the route table and the settings alone, never from anything a client sends.
 *
 * @param via how it is reached
 * @param host name or address, IPv6 without brackets; of a Unix socket its path
 * @param port of it; 0 of a Unix socket
 * @param path put before every request's own path; empty for none, never ending with a slash
 */
public record Target(Via via, String host, int port, String path) {
    /** The ways to a target. */
    public enum Via {
        /** HTTP over TCP. */
        HTTP("http", 80),
        /** HTTP over TLS. */
        HTTPS("https", 443),
        /** HTTP over a Unix socket. */
        UNIX("http", 0);

        private final String scheme;
        private final int port;

        Via(String scheme, int port) {
            this.scheme = scheme;
            this.port = port;
        }

        /** As a URL of what it serves begins. */
        public String scheme() {
            return scheme;
        }
    }

    /** A target by HTTP over TCP. */
    public Target(String host, int port, String path) {
        this(Via.HTTP, host, port, path);
    }

    /** Reads a target's URL; empty when it is none that this router can serve. */
    public static Optional<Target> of(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            return Optional.empty();
        }
        return switch (scheme) {
            case "http" -> tcp(Via.HTTP, uri);
            case "https" -> tcp(Via.HTTPS, uri);
            case "http+unix", "unix+http" -> unix(uri);
            default -> Optional.empty();
        };
    }

    private static Optional<Target> tcp(Via via, URI uri) {
        String host = uri.getHost();
        if (host == null || uri.getRawUserInfo() != null || uri.getPort() == 0 || uri.getPort() > 65_535) {
            return Optional.empty();
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int port = uri.getPort() < 0 ? via.port : uri.getPort();
        return Optional.of(new Target(via, bare.toLowerCase(Locale.ROOT), port, path(uri)));
    }

    /** The socket's path stands, percent-encoded, where the host would: {@code http+unix://%2Frun%2Flab.sock}. */
    private static Optional<Target> unix(URI uri) {
        String authority = uri.getRawAuthority();
        String socket =
                authority == null ? "" : URLDecoder.decode(authority.replace("+", "%2B"), StandardCharsets.UTF_8);
        return socket.startsWith("/") && socket.indexOf('\0') < 0
                ? Optional.of(new Target(Via.UNIX, socket, 0, path(uri)))
                : Optional.empty();
    }

    private static String path(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return path;
    }

    /** As a {@code Host} header names it: with the port unless it is the scheme's own. */
    public String authority() {
        if (via == Via.UNIX) {
            return "localhost";
        }
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == via.port ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return via == Via.UNIX ? host : host + ":" + port;
    }
}
