/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.name.UserName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides how many workers there are: more where calls wait, fewer where none come; and looks after the clock of everything else here. One thread does it all,
 * many times a second while calls are under way; whatever blocks is done by others.
 */
final class Scaler {
    private static final Logger LOG = LoggerFactory.getLogger(Scaler.class);
    private static final long LIVELY = Duration.ofMillis(20).toNanos();
    private static final long CALM = Duration.ofMillis(250).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long RECONCILE = Duration.ofSeconds(5).toNanos();
    /** So long a kind of cell is held ready after its last use. */
    private static final long USED = Duration.ofHours(1).toNanos();

    private static final int MOST_KINDS = 4;

    private final Desks desks;
    private final Fleet fleet;
    private final Functions functions;
    private final CallSettings settings;
    private final LongSupplier nanos;
    private final Executor threads;
    private final Semaphore due = new Semaphore(0);
    private final AtomicBoolean reconciling = new AtomicBoolean();
    private final Map<Cell, Long> used = new ConcurrentHashMap<>();
    private final Deque<UserName> turns = new ArrayDeque<>();
    private volatile boolean closing;
    private volatile boolean calm = true;
    private volatile long lastCall;
    private long lastSecond;
    private long lastReconcile;
    private long lastHired;

    Scaler(Desks desks, Fleet fleet, Functions functions, CallSettings settings, LongSupplier nanos, Executor threads) {
        this.desks = desks;
        this.fleet = fleet;
        this.functions = functions;
        this.settings = settings;
        this.nanos = nanos;
        this.threads = threads;
        lastCall = nanos.getAsLong() - 10 * SECOND;
        lastSecond = lastCall;
        lastReconcile = lastCall;
        lastHired = lastCall;
    }

    void start() {
        Thread.ofPlatform().daemon().name("function-scaler").start(this::loop);
    }

    /** A call has come: its deadline is to be watched. */
    void called(long now) {
        lastCall = now;
        if (calm) {
            calm = false;
            wake();
        }
    }

    /** Looks at once. */
    void wake() {
        if (due.availablePermits() == 0) {
            due.release();
        }
    }

    void stop() {
        closing = true;
        wake();
    }

    private void loop() {
        while (!closing) {
            try {
                tick();
                boolean lively = nanos.getAsLong() - lastCall < 5 * SECOND
                        || desks.all().stream().anyMatch(d -> {
                            Standing state = d.state(nanos.getAsLong());
                            return state.waiting() + state.running() > 0;
                        });
                calm = !lively;
                if (due.tryAcquire(lively ? LIVELY : CALM, TimeUnit.NANOSECONDS)) {
                    due.drainPermits();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.error("workers were not looked after", e);
            }
        }
    }

    /** Everything that is due now. One thread at a time. */
    void tick() {
        long now = nanos.getAsLong();
        List<Dispatcher> dispatchers = desks.all();
        dispatchers.forEach(d -> d.expire(now));
        desks.settle(now);
        boolean lacking = hire(dispatchers, now);
        if (now - lastSecond >= SECOND) {
            lastSecond = now;
            fleet.sweep();
            dismiss(now);
            if (!lacking && now - lastHired >= SECOND) {
                refill(now);
            }
        }
        if (now - lastReconcile >= RECONCILE) {
            lastReconcile = now;
            threads.execute(this::everyFewSeconds);
        }
    }

    /** Whether there are still too few when everything that can be started is. */
    private boolean hire(List<Dispatcher> dispatchers, long now) {
        Map<UserName, Deque<Dispatcher>> lacking = new LinkedHashMap<>();
        for (Dispatcher dispatcher : dispatchers) {
            int number = dispatcher.lacking(desks.keep(dispatcher), now);
            for (int i = 0; i < number; i++) {
                lacking.computeIfAbsent(dispatcher.version().function().owner(), _ -> new ArrayDeque<>())
                        .add(dispatcher);
            }
        }
        Set<Dispatcher> crowded = lacking.isEmpty() ? Set.of() : hire(lacking, now);
        dispatchers.forEach(d -> d.crowd(crowded.contains(d), now));
        return !lacking.isEmpty();
    }

    /** Hires for whoever lacks; who goes without. */
    private Set<Dispatcher> hire(Map<UserName, Deque<Dispatcher>> lacking, long now) {
        Set<Dispatcher> crowded = new HashSet<>();
        lacking.keySet().stream().filter(owner -> !turns.contains(owner)).forEach(turns::addFirst);
        turns.removeIf(owner -> !lacking.containsKey(owner));
        // One for each owner in turn; whoever got one goes to the end, also for the next time.
        int without = 0;
        while (!turns.isEmpty() && without < turns.size()) {
            UserName owner = turns.removeFirst();
            Deque<Dispatcher> wanting = lacking.get(owner);
            Dispatcher next = wanting == null ? null : wanting.poll();
            boolean hired = next != null && employ(next, now);
            if (next != null && !hired) {
                crowded.add(next);
            }
            turns.addLast(owner);
            without = hired ? 0 : without + 1;
        }
        lacking.values().forEach(crowded::addAll);
        return crowded;
    }

    private boolean employ(Dispatcher dispatcher, long now) {
        Cell cell = Cell.of(dispatcher.version());
        note(cell, now);
        if (fleet.size() >= settings.maxWorkers() && fleet.blanks(cell) == 0) {
            makeRoom(cell, now);
        }
        boolean hired = fleet.employ(dispatcher);
        if (hired) {
            lastHired = now;
        }
        return hired;
    }

    /** A kind of cell is in use: some shall be ready for the next function. */
    void note(Cell cell, long now) {
        if (cell.juliaBox() == null) {
            used.put(cell, now);
        }
    }

    /** A blank cell of another kind goes, else an idle worker of whoever has most of them. */
    private void makeRoom(Cell cell, long now) {
        if (fleet.endBlanks(other -> !other.equals(cell), 1) > 0) {
            return;
        }
        Map<UserName, Integer> idle = new HashMap<>();
        List<Dispatcher> all = desks.all();
        all.forEach(d -> idle.merge(d.version().function().owner(), d.state(now).idle(), Integer::sum));
        List<Dispatcher> richest = new ArrayList<>(all);
        richest.sort(Comparator.comparingInt((Dispatcher d) ->
                        idle.getOrDefault(d.version().function().owner(), 0))
                .reversed());
        for (Dispatcher dispatcher : richest) {
            List<Worker> taken = dispatcher.takeIdle(desks.keep(dispatcher), 0, 1, now);
            if (!taken.isEmpty()) {
                fleet.remove(taken.getFirst(), Ending.ours("The worker made room for another function's."));
                return;
            }
        }
    }

    private void dismiss(long now) {
        Set<Dispatcher> retired = desks.retired();
        for (Dispatcher dispatcher : desks.all()) {
            boolean over = retired.contains(dispatcher);
            long idle = over ? 0 : dispatcher.version().spec().limits().idle().toNanos();
            if (!over || dispatcher.state(now).waiting() == 0) {
                dispatcher
                        .takeIdle(desks.keep(dispatcher), idle, Integer.MAX_VALUE, now)
                        .forEach(fleet::drain);
            }
        }
    }

    private void refill(long now) {
        List<Cell> kinds = used.entrySet().stream()
                .filter(entry -> now - entry.getValue() < USED)
                .sorted(Map.Entry.<Cell, Long>comparingByValue().reversed())
                .limit(MOST_KINDS)
                .map(Map.Entry::getKey)
                .toList();
        used.keySet().retainAll(kinds);
        fleet.endBlanks(cell -> !kinds.contains(cell), Integer.MAX_VALUE);
        for (Cell kind : kinds) {
            if (fleet.blanks(kind) < settings.warmCells()) {
                // One at a time: nobody waits for them.
                fleet.startBlank(kind);
            }
        }
    }

    private void everyFewSeconds() {
        if (!reconciling.compareAndSet(false, true)) {
            return;
        }
        try {
            fleet.beat();
            long now = nanos.getAsLong();
            for (FunctionVersion version : functions.keptWarm()) {
                desks.active(version, now);
            }
            fleet.reconcile();
        } catch (CommandFailure failure) {
            LOG.debug("workers are compared with their containers later: {}", failure.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("workers are compared with their containers later", e);
        } finally {
            reconciling.set(false);
        }
    }
}
