/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.route.Route;
import dev.carrel.router.route.RoutePath;
import dev.carrel.router.route.Target;
import dev.carrel.router.settings.ProxySettings;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What configurable-http-proxy's options do to the heads of routes without a session. Immutable; any thread. */
final class PlainRules {
    private static final Set<Integer> WITH_LOCATION = Set.of(201, 301, 302, 307, 308);
    /** They tell how long a message is or whom it is for; a fixed value would make every request another one. */
    private static final Set<String> NOT_CUSTOM =
            Set.of("connection", "content-length", "host", "transfer-encoding", "upgrade", "expect", "te", "trailer");

    private final boolean hostRouting;
    private final boolean prependPath;
    private final boolean includePrefix;
    private final boolean changeOrigin;
    private final boolean autoRewrite;
    private final String protocolRewrite;
    private final HttpHeaders custom;

    /**
     * As the settings have it.
     *
     * @throws IllegalArgumentException when a header of them is none
     */
    PlainRules(ProxySettings settings) {
        this.hostRouting = settings.hostRouting();
        this.prependPath = settings.prependPath();
        this.includePrefix = settings.includePrefix();
        this.changeOrigin = settings.changeOrigin();
        this.autoRewrite = settings.autoRewrite();
        this.protocolRewrite = settings.protocolRewrite();
        this.custom = headers(settings.customHeaders());
    }

    private static HttpHeaders headers(String lines) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (String line : lines.split("\n")) {
            if (line.isBlank()) {
                continue;
            }
            int colon = line.indexOf(':');
            String name = line.substring(0, Math.max(colon, 0)).strip();
            try {
                if (NOT_CUSTOM.contains(name.toLowerCase(Locale.ROOT))) {
                    throw new IllegalArgumentException("it is the router's own");
                }
                headers.add(name, line.substring(colon + 1).strip());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "proxy.custom-headers: \"" + line + "\" (expected: Name: value): " + e.getMessage(), e);
            }
        }
        return headers;
    }

    /** The request's target as the one behind the route shall see it. */
    String target(String asked, Route route, Target target) {
        String path = includePrefix ? asked : withoutPrefix(asked, prefix(route.path()));
        return prependPath ? target.path() + path : path;
    }

    private String prefix(String key) {
        int end = hostRouting ? key.indexOf('/', 1) : 0;
        return end < 0 ? "/" : key.substring(end);
    }

    /** Cuts where what has been read so far says the same as the prefix, however it was spelled. What is left stays byte for byte. */
    private static String withoutPrefix(String asked, String prefix) {
        if (prefix.equals("/")) {
            return asked;
        }
        int question = asked.indexOf('?');
        int end = question < 0 ? asked.length() : question;
        for (int at = 1; at <= end; at++) {
            boolean slash = at == end || asked.charAt(at) == '/';
            boolean escaped = !slash && asked.regionMatches(true, at, "%2F", 0, 3);
            if ((slash || escaped) && RoutePath.decode(asked.substring(0, at)).equals(prefix)) {
                String rest = asked.substring(escaped ? at + 3 : at);
                return rest.startsWith("/") ? rest : "/" + rest;
            }
        }
        return asked;
    }

    /** Changes a request's headers on their way to the target. */
    void request(HttpHeaders headers, Target target) {
        if (changeOrigin) {
            headers.set(HttpHeaderNames.HOST, target.authority());
        }
        for (Map.Entry<String, String> line : custom) {
            headers.set(line.getKey(), line.getValue());
        }
    }

    /** What a redirect to the target's own host becomes; empty when it stays. */
    Optional<String> location(HttpResponse answered, HttpRequest asked, Target target) {
        String location = answered.headers().get(HttpHeaderNames.LOCATION);
        boolean wanted = autoRewrite || !protocolRewrite.isEmpty();
        if (!wanted
                || location == null
                || !WITH_LOCATION.contains(answered.status().code())) {
            return Optional.empty();
        }
        int authority = location.indexOf("://") + 3;
        int end = authority < 3 ? -1 : end(location, authority);
        if (end < 0 || !own(location.substring(authority, end), location, target)) {
            return Optional.empty();
        }
        String scheme = protocolRewrite.isEmpty() ? location.substring(0, authority - 3) : protocolRewrite;
        String host = autoRewrite
                ? String.valueOf(asked.headers().get(HttpHeaderNames.HOST))
                : location.substring(authority, end);
        return Optional.of(scheme + "://" + host + location.substring(end));
    }

    private static int end(String location, int from) {
        for (int at = from; at < location.length(); at++) {
            if ("/?#".indexOf(location.charAt(at)) >= 0) {
                return at;
            }
        }
        return location.length();
    }

    private static boolean own(String authority, String location, Target target) {
        try {
            URI uri = URI.create(location.substring(0, location.indexOf("://")) + "://" + authority);
            return Target.of(uri.toString())
                    .map(Target::authority)
                    .filter(target.authority()::equals)
                    .isPresent();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
