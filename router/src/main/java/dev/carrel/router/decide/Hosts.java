/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.chassis.site.SiteSettings;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names this site answers to. Exact: no other port than our own, no trailing dot, no other spelling. */
public final class Hosts {
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

    private final String scheme;
    private final String base;
    private final int port;
    private final boolean local;

    /** What a Host header names. */
    public sealed interface Named {
        /** The base host or an alias of it. */
        record Base() implements Named {}

        /** A host below the base host; lower case, no port. */
        record Below(String host) implements Named {}

        /** Anything else. */
        record Foreign() implements Named {}
    }

    /** The names of a site. */
    public Hosts(SiteSettings site) {
        URI url = site.baseUrl();
        this.scheme = url.getScheme().toLowerCase(Locale.ROOT);
        this.base = site.baseHost().toLowerCase(Locale.ROOT);
        this.port = url.getPort() < 0 ? schemePort() : url.getPort();
        this.local = LOCAL.contains(base);
    }

    /** Reads a Host header in lower case. A missing port passes: front proxies leave it out. */
    public Named named(String header) {
        int colon = header.lastIndexOf(':');
        boolean hasPort = colon > header.lastIndexOf(']');
        String host = hasPort ? header.substring(0, colon) : header;
        if (hasPort && !header.substring(colon + 1).equals(Integer.toString(port))) {
            return new Named.Foreign();
        }
        if (host.equals(base) || local && LOCAL.contains(host)) {
            return new Named.Base();
        }
        return host.endsWith("." + base) ? new Named.Below(host) : new Named.Foreign();
    }

    /** The https address of a host of ours for one that a plain HTTP request named with whatever port; null for a host that is not ours. */
    public @Nullable String secureOrigin(String header) {
        int colon = header.lastIndexOf(':');
        String host = (colon > header.lastIndexOf(']') ? header.substring(0, colon) : header).toLowerCase(Locale.ROOT);
        return scheme.equals("https") && !(named(host) instanceof Named.Foreign) ? origin(host) : null;
    }

    /** How browsers spell the origin of a host of ours. */
    String origin(String host) {
        return scheme + "://" + host + (port == schemePort() ? "" : ":" + port);
    }

    private int schemePort() {
        return scheme.equals("https") ? 443 : 80;
    }
}
