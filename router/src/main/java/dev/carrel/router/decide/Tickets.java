/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Remembers which tickets were used until they expire anyway. Tickets from before our start are taken for used, since a router that was
 * killed has forgotten. Any thread; the lock is held for a look into a map.
 */
final class Tickets {
    static final int MAX = 100_000;

    private final Clock clock;
    private final Instant start;
    private final Map<String, Instant> used = new HashMap<>();

    /** What using a ticket came to. */
    enum Use {
        FIRST,
        AGAIN,
        FULL
    }

    Tickets(Clock clock) {
        this.clock = clock;
        this.start = clock.instant();
    }

    /** Uses a ticket that was found genuine. */
    synchronized Use use(String nonce, Instant issuedAt, Instant expiresAt) {
        if (issuedAt.isBefore(start) || used.containsKey(nonce)) {
            return Use.AGAIN;
        }
        if (used.size() >= MAX) {
            Instant now = clock.instant();
            used.values().removeIf(expiry -> !expiry.isAfter(now));
            if (used.size() >= MAX) {
                return Use.FULL;
            }
        }
        used.put(nonce, expiresAt);
        return Use.FIRST;
    }
}
