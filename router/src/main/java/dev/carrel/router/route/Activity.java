/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.time.Clock;
import java.time.Instant;

/** When something last went through a route, in either direction. Shared by a route and all that replace it at the same path. Any thread. */
public final class Activity {
    private final Clock clock;
    private volatile long last;

    Activity(Clock clock) {
        this.clock = clock;
        touch();
    }

    /** Something goes through now. Cheap enough for every piece. */
    public void touch() {
        long now = clock.millis();
        // A store that changes nothing would still take the cache line away from the other loops.
        if (now != last) {
            last = now;
        }
    }

    /** The last time. */
    public Instant last() {
        return Instant.ofEpochMilli(last);
    }
}
