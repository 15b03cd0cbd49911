/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One attempt of this engine at a call: what is stored of it, and what calls it off. Thread-safe. */
final class DeferredRun {
    private final DeferredStore store;
    private final Object writing = new Object();
    private DeferredCall call;
    private boolean calledOff;
    private @Nullable Runnable callOff;

    /** @param call claimed by us */
    DeferredRun(DeferredStore store, DeferredCall call) {
        this.store = store;
        this.call = call;
    }

    /** As it was last stored by us. */
    DeferredCall call() {
        synchronized (writing) {
            return call;
        }
    }

    /** What was asked. */
    Optional<Ask> ask() {
        return store.ask(call());
    }

    /** A step of it. */
    @FunctionalInterface
    interface Step {
        DeferredCall of(DeferredCall now);
    }

    /** Stores a step; false when it is ours no more. */
    boolean write(Step step) {
        // Held while the database writes: two writers of one attempt would overtake one another.
        synchronized (writing) {
            DeferredCall next = step.of(call);
            if (next.equals(call)) {
                return true;
            }
            Optional<DeferredCall> stored = store.update(next);
            stored.ifPresent(now -> call = now);
            return stored.isPresent();
        }
    }

    /** Stores its result; false when it is ours no more. */
    boolean finish(Step step, Unattended.Final result) {
        synchronized (writing) {
            Optional<DeferredCall> stored = store.finish(step.of(call), result);
            stored.ifPresent(now -> call = now);
            return stored.isPresent();
        }
    }

    /** Nobody wants it any more, or it is somebody else's. */
    void callOff() {
        Runnable off;
        synchronized (this) {
            calledOff = true;
            off = callOff;
        }
        if (off != null) {
            off.run();
        }
    }

    /** Says what calls it off; done at once when it was already. */
    void onCallOff(Runnable off) {
        boolean already;
        synchronized (this) {
            callOff = off;
            already = calledOff;
        }
        if (already) {
            off.run();
        }
    }
}
