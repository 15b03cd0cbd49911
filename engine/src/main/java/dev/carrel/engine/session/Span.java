/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import java.time.Duration;

/** A length of time as people say it. Pure functions. */
final class Span {
    private Span() {}

    /** As {@code 90 minutes} or {@code 1 hour}: in the largest unit that needs no fraction. */
    static String words(Duration length) {
        long seconds = length.toSeconds();
        if (seconds == 0 || seconds % 60 != 0) {
            return count(seconds, "second");
        }
        if (seconds % 3_600 != 0) {
            return count(seconds / 60, "minute");
        }
        return seconds % 86_400 == 0 ? count(seconds / 86_400, "day") : count(seconds / 3_600, "hour");
    }

    private static String count(long amount, String unit) {
        return amount + " " + unit + (amount == 1 ? "" : "s");
    }
}
