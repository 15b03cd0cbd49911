/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.settings.ProxySettings;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

/** What those behind the router are told about the client: {@code X-Forwarded-*} and {@code X-Real-IP}. Immutable; any thread. */
final class Forwarding {
    private static final AsciiString FOR = AsciiString.cached("X-Forwarded-For");
    private static final AsciiString PROTO = AsciiString.cached("X-Forwarded-Proto");
    private static final AsciiString HOST = AsciiString.cached("X-Forwarded-Host");
    private static final AsciiString PORT = AsciiString.cached("X-Forwarded-Port");
    private static final AsciiString REAL_IP = AsciiString.cached("X-Real-IP");

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
        sent.set(FOR, client)
                .set(PROTO, scheme)
                .set(HOST, asked.get(HttpHeaderNames.HOST))
                .set(PORT, port(asked, scheme))
                .set(REAL_IP, client);
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
