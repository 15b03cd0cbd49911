/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.settings.ProxySettings;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/** What those behind the router are told about the client: {@code X-Forwarded-*} and {@code X-Real-IP}. Immutable; any thread. */
final class Forwarding {
    private final String port;
    private final boolean anyHost;
    private final boolean told;

    /**
     * As the settings have it.
     *
     * @param port at which people reach the site
     */
    Forwarding(String port, ProxySettings settings) {
        this.port = port;
        this.anyHost = settings.standAlone();
        this.told = settings.xForward();
    }

    /** Tells the engine or a session. */
    void tell(HttpHeaders sent, HttpHeaders asked, String client, String scheme) {
        sent.set("X-Forwarded-For", client)
                .set("X-Forwarded-Proto", scheme)
                .set("X-Forwarded-Host", asked.get(HttpHeaderNames.HOST))
                .set("X-Forwarded-Port", port(asked, scheme))
                .set("X-Real-IP", client);
    }

    /** Tells the target of a route without a session, unless it shall not be told. */
    void tellPlain(HttpHeaders sent, HttpHeaders asked, String client, String scheme) {
        if (told) {
            tell(sent, asked, client, scheme);
        }
    }

    /** Where every host is served, the port is the one that was typed. */
    private String port(HttpHeaders asked, String scheme) {
        if (!anyHost) {
            return port;
        }
        String host = String.valueOf(asked.get(HttpHeaderNames.HOST));
        int colon = host.lastIndexOf(':');
        if (colon > host.lastIndexOf(']')) {
            return host.substring(colon + 1);
        }
        return scheme.equals("https") ? "443" : "80";
    }
}
