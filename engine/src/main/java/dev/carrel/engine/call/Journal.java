/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is remembered of one function on this instance: its last lines of output, its last calls, and totals since the engine's start. Bounded, and in memory
 * only, so that whoever serves calls never waits; {@link JournalKeeper} writes what is new to the disk, and counts from the last number that is there.
 * Thread-safe.
 */
final class Journal {
    private static final int LINES = 1000;
    /** Characters of all lines together. */
    private static final int CHARACTERS = 512 * 1024;

    private static final int CALLS = 200;
    private static final int LONGEST = 4000;

    private static final AtomicLong EPOCHS = new AtomicLong();

    private final Clock clock;
    private final Runnable dirty;
    private final Runnable urgent;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final ArrayDeque<Line> lines = new ArrayDeque<>();
    private final ArrayDeque<Done> calls = new ArrayDeque<>();
    private Instant since = Instant.MIN;
    private long epoch = EPOCHS.incrementAndGet();
    private int characters;
    private long lineNumbers;
    private long callNumbers;
    private long linesWritten;
    private long callsWritten;
    private boolean told;
    private boolean urged;
    private Instant touched;
    private final Tally tally;

    /**
     * Nothing has happened yet.
     *
     * @param dirty told when there is something to write, again only after {@link #taken}
     * @param urgent told when it should be written soon, for else some of it will be lost
     */
    Journal(Clock clock, Runnable dirty, Runnable urgent) {
        this.clock = clock;
        this.dirty = dirty;
        this.urgent = urgent;
        touched = clock.instant();
        tally = new Tally(touched);
    }

    /**
     * A line of output.
     *
     * @param number counts from 1 for each function
     * @param call the call's id; empty when it belongs to none
     */
    record Line(long number, Instant at, String call, String text) {}

    /**
     * A call that has ended.
     *
     * @param number counts from 1 for each function
     * @param id by which the caller knows it
     * @param status of the answer; 499 when nobody was there to get it
     * @param millis from its arrival to its end
     * @param instance where it ran; empty when there is only one
     */
    record Done(
            long number,
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

    /**
     * What is not on the disk yet; numbers count from 1 at this engine's start.
     *
     * @param epoch in which it happened
     * @param missing how many lines before the first of these were forgotten before they were written
     */
    record Unwritten(long epoch, long missing, List<Line> lines, List<Done> calls) {
        Unwritten {
            lines = List.copyOf(lines);
            calls = List.copyOf(calls);
        }

        boolean none() {
            return missing == 0 && lines.isEmpty() && calls.isEmpty();
        }
    }

    /**
     * Adds what was printed: a line for each of its lines.
     *
     * @param version when the version that printed it was made: what an earlier function of this name still says does not belong here
     */
    void log(Instant version, String call, String text) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        boolean tell = false;
        boolean hurry = false;
        lock.lock();
        try {
            if (version.isBefore(since)) {
                return;
            }
            touched = now;
            for (String line : text.stripTrailing().split("\n", -1)) {
                add(new Line(
                        ++lineNumbers, now, call, line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…"));
            }
            tell = !told;
            told = true;
            boolean full = lineNumbers - linesWritten > LINES / 2 || characters > CHARACTERS / 2;
            hurry = full && !urged;
            urged |= full;
            added.signalAll();
        } finally {
            lock.unlock();
        }
        tell(tell, hurry);
    }

    private void add(Line line) {
        lines.add(line);
        characters += line.text().length();
        while (lines.size() > LINES || characters > CHARACTERS) {
            characters -= lines.removeFirst().text().length();
        }
    }

    private void tell(boolean tell, boolean hurry) {
        if (tell) {
            dirty.run();
        }
        if (hurry) {
            urgent.run();
        }
    }

    /**
     * Adds a call; the number it has does not matter.
     *
     * @param version when the version that served it was made; a call of an earlier function of this name is counted for its owner, and no more
     * @param busy nanoseconds that a worker was at it
     */
    void done(Instant version, Done call, boolean failure, long busy) {
        boolean tell;
        lock.lock();
        try {
            boolean shown = !version.isBefore(since);
            tally.add(failure, busy, shown);
            if (!shown) {
                return;
            }
            tell = list(call);
        } finally {
            lock.unlock();
        }
        tell(tell, false);
    }

    private static Done numbered(long number, Done call) {
        return new Done(
                number,
                call.id(),
                call.at().truncatedTo(ChronoUnit.MILLIS),
                call.handler(),
                call.version(),
                call.status(),
                call.millis(),
                call.cold(),
                call.instance());
    }

    /** Lists a call that came in here and was served by another instance, which counts it. */
    void passed(Instant version, Done call) {
        boolean tell;
        lock.lock();
        try {
            if (version.isBefore(since)) {
                return;
            }
            tell = list(call);
        } finally {
            lock.unlock();
        }
        tell(tell, false);
    }

    /** Whether somebody is to be told that there is something to write. */
    private boolean list(Done call) {
        touched = call.at();
        if (calls.size() == CALLS) {
            calls.removeFirst();
        }
        calls.add(numbered(++callNumbers, call));
        boolean tell = !told;
        told = true;
        return tell;
    }

    /**
     * A worker got ready.
     *
     * @param nanos from being told what it is
     */
    void started(long nanos) {
        lock.lock();
        try {
            tally.started(nanos);
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

    /** Whether every line above this number is in memory. */
    boolean holdsAllAfter(long number) {
        lock.lock();
        try {
            return lineNumbers <= number || !lines.isEmpty() && lines.getFirst().number() <= number + 1;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there is a line with a number above {@code after}.
     *
     * @return false when the function is another one than in that epoch
     */
    boolean await(long inEpoch, long after, Duration longest) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = longest.toNanos();
            while (epoch == inEpoch && lineNumbers <= after && left > 0) {
                left = added.awaitNanos(left);
            }
            return epoch == inEpoch;
        } finally {
            lock.unlock();
        }
    }

    /** Changes when the function ends. */
    long epoch() {
        lock.lock();
        try {
            return epoch;
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

    /** Whoever was told that there is something to write looks at it now. */
    void taken() {
        lock.lock();
        try {
            told = false;
        } finally {
            lock.unlock();
        }
    }

    /** What is to be written. Until it is said to be {@link #written} it is told again. */
    Unwritten unwritten() {
        lock.lock();
        try {
            urged = false;
            List<Line> fresh = newest(lines, lineNumbers - linesWritten);
            List<Done> ended = newest(calls, callNumbers - callsWritten);
            return new Unwritten(epoch, lineNumbers - linesWritten - fresh.size(), fresh, ended);
        } finally {
            lock.unlock();
        }
    }

    private static <T> List<T> newest(ArrayDeque<T> all, long most) {
        ArrayDeque<T> newest = new ArrayDeque<>();
        Iterator<T> backwards = all.descendingIterator();
        while (newest.size() < most && backwards.hasNext()) {
            newest.addFirst(backwards.next());
        }
        return List.copyOf(newest);
    }

    /** This is on the disk now. */
    void written(Unwritten what) {
        lock.lock();
        try {
            if (what.epoch() == epoch) {
                long lastLine =
                        what.lines().isEmpty() ? 0 : what.lines().getLast().number();
                long lastCall =
                        what.calls().isEmpty() ? 0 : what.calls().getLast().number();
                linesWritten = Math.max(linesWritten, lastLine);
                callsWritten = Math.max(callsWritten, lastCall);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What was to be written could not be: tells once more that there is something. */
    void later() {
        boolean tell;
        lock.lock();
        try {
            tell = !told;
            told = true;
        } finally {
            lock.unlock();
        }
        tell(tell, false);
    }

    /** It is of the function that was made at this moment. */
    void belongs(Instant to) {
        lock.lock();
        try {
            since = to;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets lines that are on the disk when nothing has happened since. */
    void shrink(Instant idle) {
        lock.lock();
        try {
            if (touched.isBefore(idle) && linesWritten == lineNumbers) {
                lines.clear();
                characters = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The function is no more; what happens from now on is of another one, made at this moment. What was used stays to be told. */
    void restart(Instant from) {
        lock.lock();
        try {
            since = from;
            epoch = EPOCHS.incrementAndGet();
            lines.clear();
            calls.clear();
            characters = 0;
            lineNumbers = 0;
            callNumbers = 0;
            linesWritten = 0;
            callsWritten = 0;
            tally.restart();
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Sums since this engine began. */
    Sums sums() {
        lock.lock();
        try {
            return tally.sums();
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
            return tally.cut(clock.instant());
        } finally {
            lock.unlock();
        }
    }

    /** Counts: what is shown of the function, and what is to be told to accounts. Belongs to the lock. */
    private static final class Tally {
        private long count;
        private long failed;
        private long busyNanos;
        private long coldStarts;
        private long slowestStart;
        private Instant cutAt;
        private long untold;
        private long untoldFailed;
        private long untoldNanos;

        Tally(Instant now) {
            cutAt = now;
        }

        void add(boolean failure, long busy, boolean shown) {
            untold++;
            untoldFailed += failure ? 1 : 0;
            untoldNanos += busy;
            if (shown) {
                count++;
                failed += failure ? 1 : 0;
                busyNanos += busy;
            }
        }

        void started(long nanos) {
            coldStarts++;
            slowestStart = Math.max(slowestStart, nanos);
        }

        void restart() {
            count = 0;
            failed = 0;
            busyNanos = 0;
            coldStarts = 0;
            slowestStart = 0;
        }

        Sums sums() {
            return new Sums(
                    count,
                    failed,
                    TimeUnit.NANOSECONDS.toMillis(busyNanos),
                    coldStarts,
                    TimeUnit.NANOSECONDS.toMillis(slowestStart));
        }

        Totals cut(Instant now) {
            Totals span = new Totals(cutAt, now, untold, untoldFailed, Duration.ofNanos(untoldNanos));
            cutAt = now;
            untold = 0;
            untoldFailed = 0;
            untoldNanos = 0;
            return span;
        }
    }
}
