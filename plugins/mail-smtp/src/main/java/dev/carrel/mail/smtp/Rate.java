/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** Spreads recipients over time. Any thread. */
final class Rate {
    /** Who would wait longer is refused. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    private final ReentrantLock lock = new ReentrantLock();
    private final long nanosEach;
    private final LongSupplier nanos;
    private long free;

    Rate(int perSecond, LongSupplier nanos) {
        this.nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.nanos = nanos;
        this.free = nanos.getAsLong();
    }

    /**
     * Takes a turn.
     *
     * @return how long to wait for it
     * @throws PluginException when that would be too long; then none was taken
     */
    Duration take(int recipients) {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            long wait = Math.max(0, free - now);
            if (wait > LONGEST.toNanos()) {
                throw PluginException.temporary(
                        Mailer.QUOTA,
                        PluginException.Blame.RESOURCES,
                        Duration.ofNanos(wait),
                        "so much mail waits that the next would go in "
                                + Duration.ofNanos(wait).toSeconds()
                                + " s (expected: at most " + LONGEST.toSeconds()
                                + " s; raise per-second if the server takes more)",
                        null);
            }
            free = now + wait + recipients * nanosEach;
            return Duration.ofNanos(wait);
        } finally {
            lock.unlock();
        }
    }
}
