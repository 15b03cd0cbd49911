/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Who is inside a plugin on a thread that is not the plugin's, and a door that can be shut.
 *
 * <p>One count would be a line of memory that all processors fight for; here threads are spread over several. Why nobody is inside once each of them has
 * been seen at zero after the door was shut: a thread adds itself to its own count first and looks at the door afterwards. Whoever is added after that count
 * was seen at zero finds the door shut and does not go in; whoever was added before has left. It takes all these reads and writes to be in one order for all
 * threads, as those of volatile variables and of {@link AtomicLongArray} are.
 */
final class Visits {
    private static final int COUNTS = 16;
    /** Longs between two counts: two lines of memory, for processors fetch them in pairs. */
    private static final int APART = 16;

    private final AtomicLongArray inside = new AtomicLongArray(COUNTS * APART);
    private volatile @Nullable Thread waiting;
    private volatile boolean shut;

    private static int own() {
        return (int) (Thread.currentThread().threadId() % COUNTS) * APART;
    }

    /** Whether this thread may go in; if so it must {@link #leave}. A thread may be inside several times. */
    boolean enter() {
        inside.getAndIncrement(own());
        if (shut) {
            leave();
            return false;
        }
        return true;
    }

    /** On the thread that has entered. */
    void leave() {
        inside.getAndDecrement(own());
        if (shut) {
            LockSupport.unpark(waiting);
        }
    }

    /** Lets nobody in any more. */
    void shut() {
        shut = true;
    }

    /**
     * Waits until nobody is inside; by one thread at a time, after {@link #shut}.
     *
     * @return false when somebody still is, after that time
     */
    boolean awaitNobody(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        waiting = Thread.currentThread();
        try {
            for (int count = 0; count < inside.length(); count += APART) {
                while (inside.get(count) != 0) {
                    long left = end - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    LockSupport.parkNanos(this, left);
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
            }
            return true;
        } finally {
            waiting = null;
        }
    }
}
