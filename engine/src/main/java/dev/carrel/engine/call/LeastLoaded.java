/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Workers that have credits left, by the number of calls they are at. Of those at equally many the one that came last is given next, so that the others
 * become idle and can go. Nothing here takes longer with more workers. Belongs to the lock of its dispatcher.
 */
final class LeastLoaded {
    /** Heads of lists: the worker that came last is the first. */
    private final List<@Nullable Worker> heads = new ArrayList<>();
    /** Below it there is none. */
    private int lowest;

    /** Puts a worker where it belongs now, or nowhere when it takes no more calls. */
    void place(Worker worker) {
        remove(worker);
        if (!worker.open() || worker.calls().size() >= worker.credits()) {
            return;
        }
        int level = worker.calls().size();
        while (heads.size() <= level) {
            heads.add(null);
        }
        Worker head = heads.get(level);
        worker.level = level;
        worker.next = head;
        if (head != null) {
            head.previous = worker;
        }
        heads.set(level, worker);
        lowest = Math.min(lowest, level);
    }

    /** Takes a worker out, if it is in. */
    void remove(Worker worker) {
        if (worker.level < 0) {
            return;
        }
        Worker previous = worker.previous;
        Worker next = worker.next;
        if (previous == null) {
            heads.set(worker.level, next);
        } else {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
        worker.previous = null;
        worker.next = null;
        worker.level = -1;
    }

    /** The one to be given the next call; null when none has a credit left. */
    @Nullable
    Worker least() {
        while (lowest < heads.size() && heads.get(lowest) == null) {
            lowest++;
        }
        return lowest < heads.size() ? heads.get(lowest) : null;
    }
}
