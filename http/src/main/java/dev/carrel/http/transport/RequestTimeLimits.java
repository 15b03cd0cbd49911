/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import java.time.Duration;

/**
 * How long each part of an exchange may take. The time a handler takes to think is not limited here.
 *
 * @param head from connecting, or from a request's first byte, to the end of its head; then 408 and close
 * @param idle between an answer and the next request's first byte; then close
 * @param stall a body that is awaited or an answer that is being sent may stand still for so long; then 408 or close
 */
public record RequestTimeLimits(Duration head, Duration idle, Duration stall) {
    public RequestTimeLimits {
        check("head time", head);
        check("idle time", idle);
        check("stall time", stall);
    }

    /** 10 s, 75 s, 30 s. */
    public static RequestTimeLimits defaults() {
        return new RequestTimeLimits(Duration.ofSeconds(10), Duration.ofSeconds(75), Duration.ofSeconds(30));
    }

    private static void check(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(10)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: PT0.01S..PT24H)");
        }
    }
}
