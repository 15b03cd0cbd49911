/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the living connections of one event loop now and then, to see whether one has waited too long. A task scheduled for each would keep a
 * closed connection in memory until it ran down, hours later, and cost every request a place in a queue; here one task serves
 * them all, and what is removed is gone at once. A limit is noticed late by {@link #LATEST} at most, less for short limits. Event loop only.
 */
final class LoopWatch {
    private static final Duration LATEST = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final long periodNanos;
    private @Nullable Entry first;
    /** Whom the sweep under way looks at next; it moves on when that one is removed. */
    private @Nullable Entry next;

    private boolean scheduled;

    /** Whoever wants to be looked at. */
    interface Watched {
        /** Acts when a limit has been reached; may remove entries, its own included. */
        void look();
    }

    /** A place in the list, held by whoever was added. */
    final class Entry {
        private final Watched watched;
        private @Nullable Entry before;
        private @Nullable Entry after;
        private boolean removed;

        private Entry(Watched watched) {
            this.watched = watched;
        }

        /** Looks no more and keeps nothing. Removing twice changes nothing. */
        void remove() {
            if (removed) {
                return;
            }
            removed = true;
            if (next == this) {
                next = after;
            }
            if (before == null) {
                first = after;
            } else {
                before.after = after;
            }
            if (after != null) {
                after.before = before;
            }
            before = null;
            after = null;
        }
    }

    /** For limits no shorter than this. */
    LoopWatch(EventLoop loop, Duration shortest) {
        this.loop = loop;
        this.periodNanos = Math.clamp(shortest.toNanos() / 8, 5_000_000, LATEST.toNanos());
    }

    /** Looks at it from now on, until it is removed. */
    Entry add(Watched watched) {
        Entry entry = new Entry(watched);
        Entry second = first;
        entry.after = second;
        if (second != null) {
            second.before = entry;
        }
        first = entry;
        schedule();
        return entry;
    }

    private void schedule() {
        if (!scheduled && !loop.isShuttingDown()) {
            scheduled = true;
            var _ = loop.schedule(this::sweep, periodNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void sweep() {
        scheduled = false;
        next = first;
        for (Entry entry = next; entry != null; entry = next) {
            next = entry.after;
            entry.watched.look();
        }
        if (first != null) {
            schedule();
        }
    }
}
