/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.time.Duration;

/** Whether a route's target answers at present, as the requests that pass find out. Any thread. */
public final class Silence {
    /** {@link System#nanoTime} of the first failure since the last answer; 0 for none. */
    private volatile long since;

    /**
     * It could not be reached.
     *
     * @return for how long it has been so
     */
    public synchronized Duration failed() {
        long now = System.nanoTime();
        if (since == 0) {
            since = now == 0 ? 1 : now;
        }
        return Duration.ofNanos(now - since);
    }

    /**
     * It answered. Costs one look at a field when nothing was wrong.
     *
     * @return whether something was
     */
    public boolean answered() {
        if (since == 0) {
            return false;
        }
        since = 0;
        return true;
    }

    /** Whether the last attempt failed. */
    public boolean lasts() {
        return since != 0;
    }

    /** For how long; zero when it does not last. */
    public Duration duration() {
        long begun = since;
        return begun == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - begun);
    }
}
