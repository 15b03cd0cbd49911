/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.time.Duration;

/**
 * Headers that every answer carries: pages, redirects, 304s, errors, even the answer to bytes that were no HTTP. A handler may replace the
 * Content-Security-Policy of its own answer, nothing else.
 *
 * @param contentSecurityPolicy for answers that set none themselves
 * @param https whether browsers reach us by https; only then is Strict-Transport-Security sent
 * @param strictTransport how long browsers shall insist on https
 */
public record SecurityHeaders(String contentSecurityPolicy, boolean https, Duration strictTransport) {
    private static final String DEFAULT_POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public SecurityHeaders {
        Headers.of("Content-Security-Policy", contentSecurityPolicy);
    }

    /** Own scripts and styles only, nothing inline; plain http. */
    public static SecurityHeaders defaults() {
        return new SecurityHeaders(DEFAULT_POLICY, false, Duration.ofDays(365));
    }

    /** The same for a site reached by https. */
    public SecurityHeaders withHttps(boolean yes) {
        return new SecurityHeaders(contentSecurityPolicy, yes, strictTransport);
    }

    /** The same with another default policy. */
    public SecurityHeaders withContentSecurityPolicy(String policy) {
        return new SecurityHeaders(policy, https, strictTransport);
    }

    /** All lines but the policy, ready to be put onto an answer. */
    Headers fixed() {
        Headers headers = Headers.of("X-Content-Type-Options", "nosniff")
                .plus("X-Frame-Options", "DENY")
                .plus("Referrer-Policy", "same-origin")
                .plus("Cross-Origin-Opener-Policy", "same-origin")
                .plus("Cross-Origin-Resource-Policy", "same-origin")
                .plus("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
        return https
                ? headers.plus(
                        "Strict-Transport-Security", "max-age=" + strictTransport.toSeconds() + "; includeSubDomains")
                : headers;
    }
}
