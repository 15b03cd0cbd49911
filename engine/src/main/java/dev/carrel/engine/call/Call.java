/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.worker.ToWorker;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way. Fields that change belong to the lock of its {@link Dispatcher}; what they say at the end may be read by whoever was told the end.
 */
final class Call {
    private static final AtomicLong IDS = new AtomicLong();

    /** Where it is. */
    enum Place {
        /** In the queue, or not yet there. */
        WAITING,
        /** With a worker that has not answered. */
        RUNNING,
        /** With a worker that has begun to answer: told, but not at its end. */
        STREAMING,
        /** It has had its end; a worker may still be at it. */
        ENDED
    }

    /** Unique in the life of this process. */
    final String id = Long.toString(IDS.incrementAndGet(), 36);

    final Ask ask;
    /** {@link System#nanoTime} of its arrival. */
    final long arrived;
    /** When the caller stops waiting; {@link Long#MAX_VALUE} from its arrival for never. */
    final long callerDeadline;

    private final Consumer<Outcome> told;

    volatile Place place = Place.WAITING;
    /** Its worker has ended before it. */
    volatile boolean orphaned;

    @Nullable
    Worker worker;

    @Nullable
    AnswerStream stream;

    long sent;
    long runDeadline;
    boolean cold;
    boolean repeated;
    /** It was not for a version by its number or an alias. */
    boolean active = true;
    /** Another instance sent it. */
    boolean foreign;
    /** It is served here or not at all. */
    boolean stays;
    /** How often another instance could not be reached with it. */
    int strayed;
    /** The instance where it ran, or runs; empty for this one. */
    volatile String elsewhere = "";
    /** The version that served it there; 0 before. */
    volatile long elsewhereVersion;

    @Nullable
    Call before;

    @Nullable
    Call after;

    /**
     * @param patience nanoseconds that the caller waits; {@link Long#MAX_VALUE} for as long as it takes
     * @param told the one outcome; called once, on any thread, under no lock; must be quick
     */
    Call(Ask ask, long arrived, long patience, Consumer<Outcome> told) {
        this.ask = ask;
        this.arrived = arrived;
        // Half of what a long holds is 146 years, and comparisons of nanoTime stay right.
        this.callerDeadline = arrived + Math.min(patience, Long.MAX_VALUE / 2);
        this.told = told;
    }

    /** It waits again. */
    void again() {
        place = Place.WAITING;
        worker = null;
        sent = 0;
        elsewhere = "";
    }

    void tell(Outcome outcome) {
        told.accept(outcome);
    }

    /** What a worker is told of it. */
    ToWorker.Call message() {
        long left = Math.min(callerDeadline - sent, runDeadline - sent);
        return new ToWorker.Call(
                id,
                ask.handler(),
                ask.method(),
                ask.arguments(),
                ask.keywords(),
                ask.type(),
                ask.headers(),
                Math.max(1, left / 1_000_000),
                ask.body());
    }

    @Override
    public String toString() {
        return "call " + ask.callId();
    }
}
