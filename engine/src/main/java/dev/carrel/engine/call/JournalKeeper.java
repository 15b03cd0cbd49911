/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.journal.Entry;
import dev.carrel.engine.journal.JournalFiles;
import dev.carrel.engine.journal.JournalFolder;
import dev.carrel.engine.store.StoreException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what functions printed and which calls they had on the disk, and reads it. One thread writes what the journals have gathered, four times a second; whoever reads
 * writes first, so that what was seen once is there after the engine was killed, under the same number. Thread-safe; but for {@link #changed} everything blocks for
 * the disk.
 */
final class JournalKeeper implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(JournalKeeper.class);
    private static final Duration EVERY = Duration.ofMillis(250);
    /** While the disk refuses. */
    private static final Duration REFUSED = Duration.ofSeconds(5);

    private static final Duration TIDY = Duration.ofMinutes(10);
    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final Duration END = Duration.ofSeconds(3);

    private final Journals journals;
    private final JournalFiles files;
    private final Functions functions;
    private final Clock clock;
    private final Counter lost;
    private final Map<FunctionId, Kept> kept = new ConcurrentHashMap<>();
    private final Semaphore wake = new Semaphore(0);
    private final Semaphore grown = new Semaphore(0);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch written = new CountDownLatch(1);
    private volatile String fault = "";

    JournalKeeper(Journals journals, JournalFiles files, Functions functions, Clock clock, MeterRegistry metrics) {
        this.journals = journals;
        this.files = files;
        this.functions = functions;
        this.clock = clock;
        lost = Counter.builder("carrel.function.log.lost")
                .description("Lines of functions that were forgotten before they could be written")
                .register(metrics);
        journals.onUrgent(wake::release);
        functions.listen(this::changed);
    }

    /** A function and its files; belongs to its lock. */
    private static final class Kept {
        final ReentrantLock lock = new ReentrantLock();

        @Nullable
        Journal journal;

        @Nullable
        JournalFolder folder;

        Instant since = Instant.MIN;
        long lines;
        long calls;
        boolean dropped;
    }

    /**
     * Lines that were asked for.
     *
     * @param epoch to wait for more in
     * @param last number of the last line that was looked at
     * @param fault why they may not be all; empty when they are
     */
    record Told(List<Journal.Line> lines, long epoch, long last, String fault) {}

    /** Why nothing is kept at the moment; empty when all is well. */
    Optional<String> fault() {
        return Optional.of(fault).filter(text -> !text.isEmpty());
    }

    /**
     * Writes what is new of a function. The caller has the lock.
     *
     * @return its files; null when there is no such function
     * @throws StoreException when it is not known whether there is
     */
    private @Nullable JournalFolder write(FunctionId function, Kept place) throws IOException {
        Journal journal = journals.of(function);
        Optional<Instant> since = functions.since(function);
        if (since.isEmpty() || place.folder != null && !since.get().equals(place.since)) {
            journal.restart(since.orElseGet(clock::instant));
            place.folder = null;
            files.deleteAllBut(function, since);
        }
        if (since.isEmpty()) {
            return null;
        }
        JournalFolder folder = place.folder;
        if (folder == null || !journal.equals(place.journal)) {
            files.deleteAllBut(function, since);
            folder = files.open(function, since.get());
            place.lines = folder.lastLine();
            place.calls = folder.lastCall();
            place.since = since.get();
            place.journal = journal;
            place.folder = folder;
            journal.belongs(since.get());
        }
        Journal.Unwritten fresh = journal.unwritten();
        if (!fresh.none()) {
            long bytes = folder.append(lines(fresh, place.lines), calls(fresh, place.calls), clock.instant());
            journal.written(fresh);
            if (files.grown(bytes)) {
                grown.release();
            }
            lost.increment((double) fresh.missing());
        }
        return folder;
    }

    private static List<Entry> lines(Journal.Unwritten fresh, long base) {
        List<Entry> entries = new ArrayList<>();
        if (fresh.missing() > 0) {
            entries.add(JournalText.missing(fresh.lines().getFirst(), base, fresh.missing()));
        }
        fresh.lines().forEach(line -> entries.add(JournalText.entry(line, base)));
        return entries;
    }

    private static List<Entry> calls(Journal.Unwritten fresh, long base) {
        return fresh.calls().stream().map(call -> JournalText.entry(call, base)).toList();
    }

    /** Its place, locked. */
    @SuppressWarnings("LockNotBeforeTry") // whoever enters unlocks
    private Kept enter(FunctionId function) {
        while (true) {
            Kept place = kept.computeIfAbsent(function, _ -> new Kept());
            place.lock.lock();
            if (!place.dropped) {
                return place;
            }
            place.lock.unlock();
        }
    }

    /** Writes, and says whether that went well; what could not be written is kept in memory as far as it has room. */
    private boolean wrote(FunctionId function, Kept place) {
        try {
            write(function, place);
            return true;
        } catch (IOException e) {
            failed(e);
        } catch (StoreException e) {
            LOG.debug("what {} printed is written later", function, e);
        }
        journals.of(function).later();
        return false;
    }

    private void failed(IOException e) {
        if (fault.isEmpty()) {
            LOG.warn("what functions print cannot be kept on the disk and is in memory only", e);
        }
        fault = "what functions print is not kept: the disk refuses it: " + e
                + " (make room below engine/functions in the data folder, or give it back its rights)";
    }

    /** Lines of a function, the oldest first. */
    Told lines(FunctionId function, LogQuery query) {
        Kept place = enter(function);
        Journal journal = journals.of(function);
        try {
            boolean whole = wrote(function, place);
            Selection selection = new Selection(query);
            JournalFolder folder = place.folder;
            if (folder != null && !journal.holdsAllAfter(query.after() - place.lines)) {
                whole &= read(folder, selection);
            }
            for (Journal.Line line : journal.lines(Math.max(selection.last, query.after()) - place.lines)) {
                selection.add(new Journal.Line(place.lines + line.number(), line.at(), line.call(), line.text()));
            }
            return new Told(
                    List.copyOf(selection.chosen),
                    journal.epoch(),
                    selection.last,
                    whole
                            ? ""
                            : "The machine cannot keep lines at the moment: some may be missing, and those of the last moments are lost at a restart.");
        } finally {
            place.lock.unlock();
        }
    }

    private boolean read(JournalFolder folder, Selection selection) {
        try {
            folder.lines(clock.instant(), entry -> JournalText.line(entry).ifPresent(selection::add));
            return true;
        } catch (IOException e) {
            LOG.warn("what a function printed cannot be read", e);
            return false;
        }
    }

    /** As many of the lines that are wanted as may be. */
    private static final class Selection {
        private final LogQuery query;
        private final ArrayDeque<Journal.Line> chosen = new ArrayDeque<>();
        private long last;
        private boolean full;

        Selection(LogQuery query) {
            this.query = query;
            last = query.after();
        }

        void add(Journal.Line line) {
            if (full) {
                return;
            }
            last = Math.max(last, line.number());
            if (!query.wants(line)) {
                return;
            }
            if (chosen.size() == query.most() && query.newest()) {
                chosen.pollFirst();
            }
            if (chosen.size() < query.most()) {
                chosen.add(line);
            }
            full = !query.newest() && chosen.size() >= query.most();
        }
    }

    /**
     * Waits for a line behind those that were told.
     *
     * @return false when the function is no more
     */
    boolean await(FunctionId function, Told told, Duration longest) throws InterruptedException {
        Kept place = enter(function);
        long base;
        try {
            base = place.lines;
        } finally {
            place.lock.unlock();
        }
        return journals.of(function).await(told.epoch(), told.last() - base, longest);
    }

    /** The last calls of a function, the newest first. */
    List<Journal.Done> calls(FunctionId function, int most) {
        Kept place = enter(function);
        try {
            wrote(function, place);
            ArrayDeque<Journal.Done> calls = new ArrayDeque<>();
            JournalFolder folder = place.folder;
            if (folder != null) {
                folder.calls(clock.instant(), entry -> JournalText.call(entry).ifPresent(calls::add));
            }
            long last = calls.isEmpty() ? 0 : calls.getLast().number();
            journals.of(function).calls().reversed().stream()
                    .filter(call -> place.calls + call.number() > last)
                    .forEach(calls::add);
            return calls.reversed().stream().limit(most).toList();
        } catch (IOException e) {
            LOG.warn("the calls of {} cannot be read", function, e);
            return journals.of(function).calls().stream().limit(most).toList();
        } finally {
            place.lock.unlock();
        }
    }

    private void changed(FunctionId function) {
        // One that nothing is known of here may have left something before this engine's start: tidying up finds that.
        if (kept.containsKey(function) || journals.find(function).isPresent()) {
            Thread.ofVirtual().name("function-logs-changed").start(() -> flush(function));
        }
    }

    private boolean flush(FunctionId function) {
        Kept place = enter(function);
        try {
            return wrote(function, place);
        } finally {
            place.lock.unlock();
        }
    }

    /** Writes all there is. */
    void writeAll() {
        List<FunctionId> fresh = new ArrayList<>();
        for (FunctionId next = journals.nextUnwritten(); next != null; next = journals.nextUnwritten()) {
            fresh.add(next);
        }
        boolean all = true;
        for (FunctionId function : fresh) {
            all &= flush(function);
        }
        if (all) {
            // What was refused is among these until it is taken.
            fault = "";
        }
    }

    @Override
    public void start() {
        Thread.ofPlatform().daemon().name("function-logs").start(this::writing);
        Thread.ofVirtual().name("function-logs-tidy").start(this::tidying);
    }

    private void writing() {
        try {
            while (stopping.getCount() > 0) {
                if (fault.isEmpty()) {
                    wake.tryAcquire(EVERY.toMillis(), TimeUnit.MILLISECONDS);
                } else {
                    stopping.await(REFUSED.toMillis(), TimeUnit.MILLISECONDS);
                }
                wake.drainPermits();
                try {
                    writeAll();
                } catch (RuntimeException e) {
                    LOG.error("what functions printed was not written", e);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            written.countDown();
        }
    }

    private void tidying() {
        try {
            do {
                try {
                    grown.drainPermits();
                    tidy();
                } catch (IOException | RuntimeException e) {
                    LOG.warn("tidying up what functions printed is repeated in ten minutes: {}", e.getMessage());
                }
                grown.tryAcquire(TIDY.toMillis(), TimeUnit.MILLISECONDS);
            } while (stopping.getCount() > 0);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes what belongs to functions that are no more, what is too old and what is too much; forgets what can be read again. */
    void tidy() throws IOException {
        for (JournalFiles.Kept found : files.list()) {
            Kept place = enter(found.function());
            try {
                files.deleteAllBut(found.function(), functions.since(found.function()));
            } finally {
                place.lock.unlock();
            }
        }
        files.tidy(clock.instant());
        Instant idle = clock.instant().minus(IDLE);
        journals.all().values().forEach(journal -> journal.shrink(idle));
        kept.keySet().forEach(this::dropUnused);
    }

    private void dropUnused(FunctionId function) {
        Kept place = enter(function);
        try {
            if (journals.find(function).isEmpty()) {
                place.dropped = true;
                kept.remove(function, place);
            }
        } finally {
            place.lock.unlock();
        }
    }

    /** What was printed until now is on the disk then, if that takes it. */
    @Override
    public void stop() throws InterruptedException {
        stopping.countDown();
        wake.release();
        grown.release();
        if (written.await(END.toMillis(), TimeUnit.MILLISECONDS)) {
            writeAll();
        }
    }
}
