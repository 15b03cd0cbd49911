/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Puts Date and the security headers onto every answer, whoever wrote it. Any thread. */
final class CommonHeaders {
    private static final String POLICY = "Content-Security-Policy";
    static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Clock clock;
    private final Headers fixed;
    private final String policy;
    private volatile DateText date = new DateText(Long.MIN_VALUE, "");

    private record DateText(long second, String text) {}

    CommonHeaders(SecurityHeaders security, Clock clock) {
        this.clock = clock;
        this.fixed = security.fixed();
        this.policy = security.contentSecurityPolicy();
    }

    void addTo(HttpHeaders headers) {
        for (Headers.Line line : fixed.lines()) {
            headers.set(line.name(), line.value());
        }
        if (!headers.contains(POLICY)) {
            headers.set(POLICY, policy);
        }
        headers.set(HttpHeaderNames.DATE, date());
    }

    /** Formatted once a second. */
    private String date() {
        long second = clock.instant().getEpochSecond();
        DateText known = date;
        if (known.second != second) {
            known = new DateText(second, HTTP_DATE.format(Instant.ofEpochSecond(second)));
            date = known;
        }
        return known.text;
    }
}
