/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionSpec;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The workers of one version, and how many there should be. Belongs to the lock of its dispatcher. */
final class Roster {
    /** Calls wait so long for the workers there are before another one is started. */
    static final long QUEUEING = Duration.ofMillis(50).toNanos();

    private final FunctionSpec.WorkLimits limits;
    private final LeastLoaded free = new LeastLoaded();
    /** Those that stand for other instances among them. */
    private final Set<Worker> workers = new LinkedHashSet<>();

    private int ready;

    Roster(FunctionSpec.WorkLimits limits) {
        this.limits = limits;
    }

    /** All that have not gone. */
    Set<Worker> workers() {
        return workers;
    }

    /** How many take calls. */
    int ready() {
        return ready;
    }

    /** The one to be given the next call; null when none has a credit left. */
    @Nullable
    Worker least() {
        return free.least();
    }

    /** A worker has begun or ended a call, and is where it belongs now. */
    void place(Worker worker) {
        free.place(worker);
    }

    /** Somebody comes. */
    void add(Worker worker) {
        workers.add(worker);
    }

    /** Somebody goes; false when they had gone before. */
    boolean remove(Worker worker) {
        if (!workers.remove(worker)) {
            return false;
        }
        shut(worker);
        return true;
    }

    /** A worker takes calls from now on. */
    void open(Worker worker, int credits, long now) {
        // The version says how many at once; a worker may know that it can bear fewer.
        worker.open(Math.clamp(credits, 1, limits.concurrency()), now);
        ready++;
        free.place(worker);
    }

    /** A worker takes no more calls. */
    void shut(Worker worker) {
        if (worker.open()) {
            worker.shut();
            ready--;
        }
        free.remove(worker);
    }

    /** Whether there are as many workers as there may be here. */
    boolean complete() {
        return workers.stream().filter(w -> w.here() && !w.condemned).count() >= Math.max(1, limits.maxWorkers());
    }

    /**
     * How many more there should be.
     *
     * @param keep how many there should be even if nobody calls
     * @param trial whether one is enough
     */
    int lacking(int keep, CallQueue queue, boolean trial, long now) {
        int coming = (int)
                workers.stream().filter(w -> !w.wasReady() && !w.condemned).count();
        int wanted = keep - ready - coming;
        Call first = queue.first();
        if (first != null && (ready == 0 || now - first.arrived >= QUEUEING)) {
            int concurrency = Math.max(1, limits.concurrency());
            wanted = Math.max(wanted, (queue.size() + concurrency - 1) / concurrency - coming);
        }
        int room = trial ? 1 - coming - ready : Math.max(1, limits.maxWorkers()) - coming - ready;
        return Math.max(0, Math.min(wanted, room));
    }

    /**
     * Shuts those that have been idle for longer than {@code idle}, beyond {@code keep} of those that are ready.
     *
     * @param most how many at most
     */
    List<Worker> takeIdle(int keep, long idle, int most, long now) {
        List<Worker> taken = workers.stream()
                .filter(w -> w.open() && w.calls().isEmpty() && now - w.idleSince >= idle)
                .sorted(Comparator.comparingLong(w -> w.idleSince))
                .limit(Math.max(0, Math.min(most, ready - keep)))
                .toList();
        taken.forEach(this::shut);
        return taken;
    }

    /** What other instances may know. */
    Offer.Load load(CallQueue queue) {
        int credits = 0;
        int busy = queue.own();
        for (Worker worker : workers) {
            credits += worker.open() ? worker.credits() : 0;
            busy += worker.here()
                    ? (int) worker.calls().values().stream()
                            .filter(c -> !c.foreign)
                            .count()
                    : 0;
        }
        return new Offer.Load(credits, busy);
    }
}
