/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.decide.Decision.Kind;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Which headers pass the door. Pure functions. */
final class HeaderRules {
    /** They are about one connection, not about the request (RFC 9110 §7.6.1). */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "proxy-authenticate",
            "te",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    /** Only a proxy may say them, and to those behind us we are the proxy. */
    private static final Set<String> TOLD_BY_PROXIES = Set.of(
            "forwarded",
            "x-real-ip",
            "x-scheme",
            "x-request-id",
            "remote-user",
            "x-remote-user",
            "x-client-ip",
            "client-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "fastly-client-ip",
            "x-cluster-client-ip",
            "x-original-forwarded-for",
            "x-original-host",
            "x-original-url",
            "x-rewrite-url",
            "x-forwarded",
            "x-carrel-identity",
            "x-carrel-hop");

    private static final String FORWARDED_PREFIX = "x-forwarded-";

    /**
     * What a container may not say to browsers, since it reaches beyond its own origin: past this door, into the cookies of the whole site, into how
     * browsers reach the host from now on; nor to a proxy in front of us, which would fetch a file or an internal address for it.
     */
    private static final Set<String> NOT_BY_CONTAINERS = Set.of(
            "alt-svc",
            "clear-site-data",
            "strict-transport-security",
            "public-key-pins",
            "public-key-pins-report-only",
            "x-sendfile",
            "x-lighttpd-send-file",
            "x-reproxy-url",
            // By it routers speak to one another.
            "x-carrel-hop");

    private static final String ACCEL_PREFIX = "x-accel-";

    /** What would hold for the whole base host, where a container is a guest. */
    private static final Set<String> NOT_UNDER_BASE = Set.of(
            "service-worker-allowed",
            "nel",
            "report-to",
            "reporting-endpoints",
            "origin-agent-cluster",
            "accept-ch",
            "critical-ch",
            "set-login");

    /** Without these a message means something else, so a Connection header cannot make us drop them. */
    private static final Set<String> NOT_BY_CONNECTION = Set.of(
            "host",
            "content-length",
            "content-type",
            "content-encoding",
            "authorization",
            "cookie",
            "set-cookie",
            "expect");

    /** Many servers take {@code _} for {@code -}; nobody means it. */
    private static final Set<String> NO_TWINS =
            Set.of("host", "content-length", "authorization", "cookie", "origin", "transfer-encoding");

    /** Engine's and router's own cookies begin with one of these. */
    private static final Set<String> OWN_COOKIES = Set.of("carrel-", "__host-carrel-", "__secure-carrel-");

    private HeaderRules() {}

    /** What a Connection header names beside what is hop-by-hop anyway; lower case. */
    static Set<String> namedByConnection(HttpHeaders headers) {
        Set<String> named = Set.of();
        for (String line : headers.getAll(HttpHeaderNames.CONNECTION)) {
            for (String part : line.split(",")) {
                String name = part.strip().toLowerCase(Locale.ROOT);
                if (!name.isEmpty() && !HOP_BY_HOP.contains(name) && !NOT_BY_CONNECTION.contains(name)) {
                    named = named.isEmpty() ? new HashSet<>() : named;
                    named.add(name);
                }
            }
        }
        return named;
    }

    /** Whether a request's header may go on. The name in lower case. */
    static boolean passesUp(String name, Set<String> named) {
        if (HOP_BY_HOP.contains(name) || name.equals("trailer") || named.contains(name)) {
            return false;
        }
        boolean twin = name.indexOf('_') >= 0;
        String plain = twin ? name.replace('_', '-') : name;
        if (TOLD_BY_PROXIES.contains(plain) || plain.startsWith(FORWARDED_PREFIX)) {
            return false;
        }
        return !twin || !HOP_BY_HOP.contains(plain) && !NO_TWINS.contains(plain);
    }

    /** Whether a response's header may go on. The name in lower case. */
    static boolean passesDown(String name, Set<String> named, Kind from) {
        return !HOP_BY_HOP.contains(name)
                && !named.contains(name)
                && !(from.container() && (NOT_BY_CONTAINERS.contains(name) || name.startsWith(ACCEL_PREFIX)))
                && !(from == Kind.TOKEN && NOT_UNDER_BASE.contains(name));
    }

    /** Whether a response's header would hold for a whole origin, where an application has a path of its own only. The name in lower case. */
    static boolean forWholeOrigin(String name) {
        return NOT_UNDER_BASE.contains(name);
    }

    /** Whether a response's trailer may go on. */
    static boolean trailerPasses(String name) {
        return !HOP_BY_HOP.contains(name)
                && !NOT_BY_CONNECTION.contains(name)
                && !name.equals("trailer")
                && !name.startsWith("access-control-");
    }

    /** A Cookie header without our own; empty when nothing is left. The others keep their bytes. */
    static String withoutOwnCookies(String header) {
        StringBuilder kept = new StringBuilder(header.length());
        for (String pair : header.split(";")) {
            if (!pair.isBlank() && !own(pair)) {
                kept.append(kept.isEmpty() ? "" : "; ").append(pair.strip());
            }
        }
        return kept.toString();
    }

    /** Whether a container may set this cookie: none of ours, and none for other hosts. */
    static boolean mayBeSet(String header) {
        String[] parts = header.split(";");
        for (int at = 1; at < parts.length; at++) {
            int equals = parts[at].indexOf('=');
            String attribute = equals < 0 ? parts[at] : parts[at].substring(0, equals);
            if (attribute.strip().equalsIgnoreCase("domain")) {
                return false;
            }
        }
        // Without a name, what looks like the value comes back looking like name and value.
        String pair = parts.length == 0 ? "" : parts[0].strip();
        return !own(pair) && !(pair.startsWith("=") && own(pair.substring(1)));
    }

    private static boolean own(String pair) {
        String start = pair.strip().toLowerCase(Locale.ROOT);
        return OWN_COOKIES.stream().anyMatch(start::startsWith);
    }
}
