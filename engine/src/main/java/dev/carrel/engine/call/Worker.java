/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.name.WorkerId;
import dev.carrel.protocol.worker.WorkerPeer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One worker: its container, its connection, and the calls it is at. */
final class Worker {
    final WorkerId id = WorkerId.random();
    final Cell cell;
    /** {@link System#nanoTime} of its start. */
    final long started;

    /** What it does for its dispatcher. */
    enum Phase {
        LOADING,
        IDLE,
        BUSY
    }

    // Of the fleet, under its lock; what is volatile is read without it.
    /** Its container runs, as the manager has said. */
    volatile boolean running;

    volatile @Nullable WorkerPeer peer;
    volatile @Nullable Dispatcher dispatcher;
    /** When it was told what it is; 0 before. */
    volatile long told;
    /** When it was told to end; 0 before. */
    volatile long drained;

    /** When a function wanted it. */
    volatile long wanted;
    /** It was a blank cell before. */
    volatile boolean waited;

    volatile long heard;
    boolean removed;
    boolean blank;

    // Of the dispatcher, under its lock.
    private final Map<String, Call> calls = new HashMap<>();

    /** No worker of ours, but whoever brings one call to another instance; null for workers. */
    final @Nullable Envoy envoy;

    private int credits;
    private boolean open;
    private boolean wasReady;
    /** Has a call that ran for too long: ends as soon as no other call needs it. */
    boolean condemned;

    long readySince;
    long idleSince;
    int level = -1;

    @Nullable
    Worker previous;

    @Nullable
    Worker next;

    Worker(Cell cell, long started) {
        this(cell, started, null);
    }

    private Worker(Cell cell, long started, @Nullable Envoy envoy) {
        this.cell = cell;
        this.started = started;
        this.envoy = envoy;
        heard = started;
    }

    /** Another instance, for one call. It is given no other. */
    static Worker elsewhere(Cell cell, Envoy envoy, long now) {
        Worker worker = new Worker(cell, now, envoy);
        worker.open(1, now);
        worker.shut();
        return worker;
    }

    /** Whether it is one of ours. */
    boolean here() {
        return envoy == null;
    }

    /** Calls it has not ended, by their ids; those nobody waits for any more among them. */
    Map<String, Call> calls() {
        return calls;
    }

    /** Whether somebody waits for what it is at. */
    boolean awaited() {
        return calls.values().stream().anyMatch(call -> call.place != Call.Place.ENDED);
    }

    /** How many it takes at once. */
    int credits() {
        return credits;
    }

    /** Whether it is given calls. */
    boolean open() {
        return open;
    }

    /** Whether it ever was. */
    boolean wasReady() {
        return wasReady;
    }

    void open(int atOnce, long now) {
        credits = atOnce;
        open = true;
        wasReady = true;
        readySince = now;
        idleSince = now;
    }

    /** No more calls from now on. */
    void shut() {
        open = false;
    }

    @Override
    public String toString() {
        return "worker " + id;
    }
}
