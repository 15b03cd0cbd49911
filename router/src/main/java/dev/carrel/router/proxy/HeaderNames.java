/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Header names in lower case. Those that browsers and servers really send are known beforehand, so that looking at a head makes no strings: the decoder
 * has computed a name's hash already, and what comes back is always the same string. Immutable; any thread.
 */
final class HeaderNames {
    private static final int PLACES = 1024;
    private static final AsciiString[] KNOWN = new AsciiString[PLACES];

    static {
        for (String name : List.of(
                "accept",
                "accept-encoding",
                "accept-language",
                "accept-ranges",
                "access-control-allow-origin",
                "access-control-allow-credentials",
                "access-control-request-headers",
                "access-control-request-method",
                "age",
                "allow",
                "alt-svc",
                "authorization",
                "cache-control",
                "connection",
                "content-disposition",
                "content-encoding",
                "content-language",
                "content-length",
                "content-location",
                "content-range",
                "content-security-policy",
                "content-security-policy-report-only",
                "content-type",
                "cookie",
                "cross-origin-opener-policy",
                "cross-origin-resource-policy",
                "cross-origin-embedder-policy",
                "date",
                "dnt",
                "etag",
                "expect",
                "expires",
                "forwarded",
                "host",
                "http2-settings",
                "if-match",
                "if-modified-since",
                "if-none-match",
                "if-range",
                "if-unmodified-since",
                "keep-alive",
                "last-modified",
                "link",
                "location",
                "origin",
                "permissions-policy",
                "pragma",
                "priority",
                "proxy-connection",
                "range",
                "referer",
                "referrer-policy",
                "retry-after",
                "sec-ch-ua",
                "sec-ch-ua-mobile",
                "sec-ch-ua-platform",
                "sec-fetch-dest",
                "sec-fetch-mode",
                "sec-fetch-site",
                "sec-fetch-user",
                "sec-gpc",
                "sec-websocket-accept",
                "sec-websocket-extensions",
                "sec-websocket-key",
                "sec-websocket-protocol",
                "sec-websocket-version",
                "server",
                "set-cookie",
                "strict-transport-security",
                "te",
                "trailer",
                "transfer-encoding",
                "upgrade",
                "upgrade-insecure-requests",
                "user-agent",
                "vary",
                "via",
                "www-authenticate",
                "x-content-type-options",
                "x-csrftoken",
                "x-forwarded-for",
                "x-forwarded-host",
                "x-forwarded-port",
                "x-forwarded-proto",
                "x-frame-options",
                "x-jupyterhub-version",
                "x-real-ip",
                "x-request-id",
                "x-requested-with",
                "x-xsrftoken",
                "x-xss-protection")) {
            int place = place(name);
            while (KNOWN[place] != null) {
                place = place + 1 & PLACES - 1;
            }
            KNOWN[place] = AsciiString.cached(name);
        }
    }

    private HeaderNames() {}

    /** The name in lower case. */
    static String lower(CharSequence name) {
        int place = place(name);
        for (AsciiString known = at(place); known != null; known = at(place)) {
            if (known.contentEqualsIgnoreCase(name)) {
                return known.toString();
            }
            place = place + 1 & PLACES - 1;
        }
        return name.toString().toLowerCase(Locale.ROOT);
    }

    private static @Nullable AsciiString at(int place) {
        return KNOWN[place];
    }

    /** The hash is the same for all spellings of a name. */
    private static int place(CharSequence name) {
        int hash = AsciiString.hashCode(name);
        return (hash ^ hash >>> 15) & PLACES - 1;
    }
}
