/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is remembered of one function on this instance: its last lines of output, its last calls, and totals. In memory only, for people who look; nothing is
 * decided by it. Thread-safe.
 */
final class Journal {
    private static final int LINES = 1000;
    private static final int CALLS = 200;
    private static final int LONGEST = 4000;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final ArrayDeque<Line> lines = new ArrayDeque<>();
    private final ArrayDeque<Done> calls = new ArrayDeque<>();
    private long numbers;
    private long count;
    private long failed;
    private long busyNanos;
    private long coldStarts;
    private long slowestStart;
    private Instant cutAt;
    private long cutCount;
    private long cutFailed;
    private long cutBusyNanos;

    Journal(Clock clock) {
        this.clock = clock;
        cutAt = clock.instant();
    }

    /**
     * A line of output.
     *
     * @param number counts from 1
     * @param call the call's id; empty when it belongs to none
     */
    record Line(long number, Instant at, String call, String text) {}

    /**
     * A call that has ended.
     *
     * @param id by which the caller knows it
     * @param status of the answer; 499 when nobody was there to get it
     * @param millis from its arrival to its end
     * @param instance where it ran; empty when there is only one
     */
    record Done(
            String id,
            Instant at,
            String handler,
            long version,
            int status,
            long millis,
            boolean cold,
            String instance) {}

    /** Sums of the calls that ended in a span of time. */
    record Totals(Instant from, Instant to, long calls, long failed, Duration busy) {}

    /** Adds what was printed: a line for each of its lines. */
    void log(String call, String text) {
        Instant now = clock.instant();
        lock.lock();
        try {
            for (String line : text.stripTrailing().split("\n", -1)) {
                String kept = line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
                if (lines.size() == LINES) {
                    lines.removeFirst();
                }
                lines.add(new Line(++numbers, now, call, kept));
            }
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a call.
     *
     * @param busy nanoseconds that a worker was at it
     */
    void done(Done call, boolean failure, long busy) {
        lock.lock();
        try {
            list(call);
            count++;
            failed += failure ? 1 : 0;
            busyNanos += busy;
        } finally {
            lock.unlock();
        }
    }

    /** Lists a call that came in here and was served by another instance, which counts it. */
    void passed(Done call) {
        lock.lock();
        try {
            list(call);
        } finally {
            lock.unlock();
        }
    }

    private void list(Done call) {
        if (calls.size() == CALLS) {
            calls.removeFirst();
        }
        calls.add(call);
    }

    /**
     * A worker got ready.
     *
     * @param nanos from being told what it is
     */
    void started(long nanos) {
        lock.lock();
        try {
            coldStarts++;
            slowestStart = Math.max(slowestStart, nanos);
        } finally {
            lock.unlock();
        }
    }

    /** Lines with a number above {@code after}, the oldest first; those that are forgotten are missing. */
    List<Line> lines(long after) {
        lock.lock();
        try {
            return lines.stream().filter(line -> line.number() > after).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is a line with a number above {@code after}. */
    void await(long after, Duration longest) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = longest.toNanos();
            while (numbers <= after && left > 0) {
                left = added.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The last calls, the newest first. */
    List<Done> calls() {
        lock.lock();
        try {
            return new ArrayList<>(calls).reversed();
        } finally {
            lock.unlock();
        }
    }

    /** Sums since this engine began. */
    Sums sums() {
        lock.lock();
        try {
            return new Sums(
                    count,
                    failed,
                    TimeUnit.NANOSECONDS.toMillis(busyNanos),
                    coldStarts,
                    TimeUnit.NANOSECONDS.toMillis(slowestStart));
        } finally {
            lock.unlock();
        }
    }

    /** Sums since this engine began. */
    record Sums(long calls, long failed, long busyMillis, long starts, long slowestLoadMillis) {}

    /** The sums since the last cut, and a new span begins. */
    Totals cut() {
        lock.lock();
        try {
            Instant now = clock.instant();
            Totals span = new Totals(
                    cutAt, now, count - cutCount, failed - cutFailed, Duration.ofNanos(busyNanos - cutBusyNanos));
            cutAt = now;
            cutCount = count;
            cutFailed = failed;
            cutBusyNanos = busyNanos;
            return span;
        } finally {
            lock.unlock();
        }
    }
}
