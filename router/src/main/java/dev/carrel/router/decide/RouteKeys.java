/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.router.settings.ProxySettings;

/** Under which path the table is asked for a request: its own, or with the host before it where routes are told apart by hosts. Immutable. */
final class RouteKeys {
    private final boolean byHost;

    RouteKeys(ProxySettings settings) {
        this.byHost = settings.hostRouting();
    }

    /** The path to look for. */
    String of(Ask ask) {
        return byHost ? "/" + hostName(ask.host()) + ask.path() : ask.path();
    }

    private static String hostName(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }
}
