/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.time.Clock;
import java.time.Instant;

/**
 * When something last went through a route, in either direction, and when it was last used: by a person, or by a program that changes something. Shared by a
 * route and all that replace it at the same path. Any thread.
 */
public final class Activity {
    private final Clock clock;
    private volatile long last;
    private volatile long used;

    Activity(Clock clock) {
        this.clock = clock;
        touch();
        use();
    }

    /** Something goes through now. Cheap enough for every piece. */
    public void touch() {
        long now = clock.millis();
        // A store that changes nothing would still take the cache line away from the other loops.
        if (now != last) {
            last = now;
        }
    }

    /** Somebody uses it now, which an open page that asks by itself does not. */
    public void use() {
        used = clock.millis();
    }

    /** The last time that something went through. */
    public Instant last() {
        return Instant.ofEpochMilli(last);
    }

    /** The last time that it was used. */
    public Instant used() {
        return Instant.ofEpochMilli(used);
    }
}
