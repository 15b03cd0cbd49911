/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings the calls of one version together with its workers. A worker is never sent more calls than it has credits, and no call waits while a worker has
 * one left; those that wait do so in one bounded queue, in their order. Every call is told exactly one {@link Outcome}. Thread-safe: all of its state is under
 * its lock, under which nothing waits and nothing takes longer with more calls or workers, but for {@link #expire}.
 */
final class Dispatcher {
    /** So many instances that cannot be reached are enough for one call. */
    private static final int STRAYS = 2;
    /** Beyond its times there, what another instance says of a call may take so long to come. */
    private static final long SILENCE = Duration.ofSeconds(10).toNanos();

    private final FunctionVersion version;
    private final FunctionSpec.WorkLimits limits;
    private final long startLimit;
    private final Crew crew;
    private final Elsewhere elsewhere;
    private final ReentrantLock lock = new ReentrantLock();
    private final CallQueue queue = new CallQueue();
    private final Roster roster;
    private final Setbacks setbacks = new Setbacks();
    private boolean closing;
    private boolean crowded;
    private long used;
    private volatile List<String> handlers = List.of();

    /**
     * Without calls and workers.
     *
     * @param startLimit how long a call waits for a worker
     * @param elsewhere where calls may go that no worker here takes
     */
    Dispatcher(FunctionVersion version, Duration startLimit, Crew crew, Elsewhere elsewhere) {
        this.version = version;
        this.limits = version.spec().limits();
        this.startLimit = startLimit.toNanos();
        this.crew = crew;
        this.elsewhere = elsewhere;
        this.roster = new Roster(limits);
    }

    private void locked(Consumer<Deeds> work) {
        Deeds deeds = new Deeds(crew);
        lock.lock();
        try {
            work.accept(deeds);
        } finally {
            lock.unlock();
        }
        deeds.run();
    }

    FunctionVersion version() {
        return version;
    }

    /** What the last worker that came up can be called by; empty before the first one. */
    List<String> handlers() {
        return handlers;
    }

    /** Takes a call. Its outcome may be told before this returns. */
    void submit(Call call, long now) {
        locked(deeds -> {
            used = now;
            Worker worker = queue.size() == 0 ? roster.least() : null;
            if (worker == null && queue.size() == 0) {
                worker = envoy(call, now);
            }
            Outcome.Refused refused = worker == null ? refusal(now) : null;
            if (worker != null) {
                give(worker, call, now, deeds);
            } else if (refused != null) {
                end(call, refused, null, deeds);
            } else {
                call.cold = roster.ready() == 0;
                queue.addLast(call);
                deeds.wanted(roster.ready() == 0);
            }
        });
    }

    private Outcome.@Nullable Refused refusal(long now) {
        if (closing) {
            return Outcome.Refused.closing();
        }
        if (roster.ready() == 0 && setbacks.paused(now)) {
            return setbacks.refusal(now);
        }
        // One may wait for the first worker, or none would ever be started.
        return queue.size() < Math.max(1, limits.queue()) ? null : Outcome.Refused.full(limits.queue());
    }

    private void give(Worker worker, Call call, long now, Deeds deeds) {
        call.place = Call.Place.RUNNING;
        call.worker = worker;
        call.sent = now;
        call.runDeadline = now + limits.timeout().toNanos();
        Envoy envoy = worker.envoy;
        if (envoy != null) {
            call.elsewhere = envoy.instance();
            // Its times are kept there; this is for an instance that falls silent.
            call.runDeadline += startLimit + SILENCE;
        }
        worker.calls().put(call.id, call);
        roster.place(worker);
        deeds.send(worker, call);
    }

    /** Calls that wait go to workers that can take them, then to other instances that can. */
    private void pump(long now, Deeds deeds) {
        Call call = queue.first();
        for (Worker worker = roster.least(); worker != null && call != null; worker = roster.least()) {
            queue.remove(call);
            give(worker, call, now, deeds);
            call = queue.first();
        }
        while (call != null && elsewhere.any()) {
            Call next = call.after;
            Worker envoy = envoy(call, now);
            if (envoy != null) {
                queue.remove(call);
                give(envoy, call, now, deeds);
            } else if (!call.stays) {
                return;
            }
            call = next;
        }
    }

    /** A place at another instance; where a worker must be started for it, only when none can be here, and no sooner than one would be. */
    private @Nullable Worker envoy(Call call, long now) {
        if (closing || call.stays || !elsewhere.any()) {
            return null;
        }
        boolean soon = roster.ready() > 0 && now - call.arrived < Roster.QUEUEING;
        Envoy envoy = elsewhere.find(this, call, !soon && (crowded || roster.complete()), now);
        if (envoy == null) {
            return null;
        }
        Worker worker = Worker.elsewhere(Cell.of(version), envoy, now);
        roster.add(worker);
        return worker;
    }

    /** Whether workers that it lacks cannot be started here: then its calls may go where they can. */
    void crowd(boolean yes, long now) {
        if (!elsewhere.any()) {
            return;
        }
        locked(deeds -> {
            crowded = yes;
            pump(now, deeds);
        });
    }

    /**
     * Another instance did not take a call: it is served here, or its caller is told.
     *
     * @param unheard whether it never came there, so that a further one may be tried
     */
    void cameBack(Worker worker, Outcome.Refused refused, boolean unheard, long now) {
        locked(deeds -> {
            for (Call call : worker.calls().values()) {
                if (call.place != Call.Place.RUNNING) {
                    continue;
                }
                call.again();
                call.stays = !unheard || ++call.strayed >= STRAYS;
                if (closing) {
                    end(call, Outcome.Refused.closing(), null, deeds);
                } else if (call.stays && crowded && roster.ready() == 0) {
                    end(call, refused, null, deeds);
                } else {
                    queue.addFirst(call);
                    deeds.wanted(roster.ready() == 0);
                }
            }
            worker.calls().clear();
            pump(now, deeds);
        });
    }

    /** Another instance tells what became of a call, or how its streamed answer begins. */
    void answered(Worker worker, PassedAnswer answer, long now) {
        locked(deeds -> {
            handlers = handlers.isEmpty() ? answer.handlers() : handlers;
            for (Call call : List.copyOf(worker.calls().values())) {
                call.elsewhereVersion = answer.version();
                call.cold = answer.cold();
                call.orphaned = answer.outcome() instanceof Outcome.Died;
                if (answer.outcome() instanceof Outcome.Streaming streaming) {
                    begun(worker, streaming.head(), deeds);
                } else {
                    ended(worker, call.id, answer.outcome(), null, now, deeds);
                }
            }
        });
    }

    /** A worker will come up for this version. */
    void coming(Worker worker) {
        locked(_ -> roster.add(worker));
    }

    /** A worker has loaded the code. */
    void ready(Worker worker, FromWorker.Ready said, long now) {
        locked(deeds -> {
            if (!roster.workers().contains(worker) || worker.wasReady()) {
                return;
            }
            roster.open(worker, said.credits(), now);
            handlers = said.handlers();
            setbacks.started();
            pump(now, deeds);
        });
    }

    /** Whether a worker of this version loads its code, or has nothing to do, or neither. */
    Worker.Phase phase(Worker worker) {
        lock.lock();
        try {
            return !worker.wasReady()
                    ? Worker.Phase.LOADING
                    : worker.calls().isEmpty() ? Worker.Phase.IDLE : Worker.Phase.BUSY;
        } finally {
            lock.unlock();
        }
    }

    /** A worker says something about a call: an answer or its end. */
    void said(Worker worker, FromWorker message, long now) {
        locked(deeds -> {
            switch (message) {
                case FromWorker.Answer answer when answer.streamed() -> begun(worker, answer, deeds);
                case FromWorker.Answer answer ->
                    ended(worker, answer.id(), new Outcome.Answered(answer), null, now, deeds);
                case FromWorker.Failed failed ->
                    ended(
                            worker,
                            failed.id(),
                            new Outcome.Failed(failed.kind(), failed.error(), failed.traceback()),
                            failed.error(),
                            now,
                            deeds);
                case FromWorker.End end ->
                    ended(worker, end.id(), new Outcome.Died("The answer never began."), end.error(), now, deeds);
                default -> throw new IllegalArgumentException(message + " is not about the end of a call");
            }
        });
    }

    /** A worker sends a piece of a streamed answer. */
    void chunk(Worker worker, FromWorker.Chunk chunk) {
        AnswerStream stream;
        lock.lock();
        try {
            Call call = worker.calls().get(chunk.id());
            stream = call == null || call.place != Call.Place.STREAMING ? null : call.stream;
        } finally {
            lock.unlock();
        }
        if (stream != null && !stream.offer(chunk.body())) {
            crew.send(worker, new ToWorker.Cancel(chunk.id()));
        }
    }

    /** The id by which its caller knows a call that a worker is at; empty when it is at no such call. */
    String callId(Worker worker, String id) {
        lock.lock();
        try {
            Call call = worker.calls().get(id);
            return call == null ? "" : call.ask.callId();
        } finally {
            lock.unlock();
        }
    }

    private void begun(Worker worker, FromWorker.Answer answer, Deeds deeds) {
        Call call = worker.calls().get(answer.id());
        if (call == null || call.place != Call.Place.RUNNING) {
            return;
        }
        AnswerStream stream =
                new AnswerStream(answer.body(), more -> crew.send(worker, new ToWorker.More(call.id, more)));
        call.stream = stream;
        call.place = Call.Place.STREAMING;
        answeredHere(worker);
        deeds.end(call, new Outcome.Streaming(answer, stream));
    }

    private void ended(Worker worker, String id, Outcome outcome, @Nullable String broken, long now, Deeds deeds) {
        Call call = worker.calls().remove(id);
        if (call == null) {
            return;
        }
        answeredHere(worker);
        end(call, outcome, broken, deeds);
        if (worker.calls().isEmpty()) {
            worker.idleSince = now;
        }
        if (worker.condemned) {
            Overdue.remove(worker, deeds);
        } else {
            roster.place(worker);
            pump(now, deeds);
        }
    }

    /** What other instances can do says nothing of the workers here. */
    private void answeredHere(Worker worker) {
        if (worker.here()) {
            setbacks.answered();
        }
    }

    /** Ends a call that is still awaited; where its answer has begun already, {@code broken} is told. */
    static void end(Call call, Outcome outcome, @Nullable String broken, Deeds deeds) {
        Call.Place place = call.place;
        call.place = Call.Place.ENDED;
        if (place == Call.Place.STREAMING && call.stream != null) {
            call.stream.finish(broken);
        } else if (place != Call.Place.ENDED) {
            deeds.end(call, outcome);
        }
    }

    /** A worker is no more, for whatever reason; told again it changes nothing. */
    void gone(Worker worker, Ending ending, long now) {
        locked(deeds -> {
            if (!roster.remove(worker)) {
                return;
            }
            setbacks.judge(worker, ending, now);
            List<Call> orphans = new ArrayList<>(worker.calls().values());
            worker.calls().clear();
            for (Call call : orphans.reversed()) {
                if (call.place == Call.Place.RUNNING && version.spec().idempotent() && !call.repeated) {
                    call.repeated = true;
                    call.stays |= !worker.here();
                    call.again();
                    queue.addFirst(call);
                } else if (call.place != Call.Place.ENDED) {
                    call.orphaned = true;
                    // Whoever was at it elsewhere will not account for it.
                    call.elsewhere = "";
                    end(call, new Outcome.Died(ending.how()), ending.how(), deeds);
                }
            }
            pump(now, deeds);
            if (roster.ready() == 0 && setbacks.paused(now)) {
                refuseAll(setbacks.refusal(now), deeds);
            }
            deeds.wanted(queue.size() > 0);
        });
    }

    private void refuseAll(Outcome.Refused refusal, Deeds deeds) {
        for (Call call = queue.poll(); call != null; call = queue.poll()) {
            end(call, refusal, null, deeds);
        }
    }

    /** A worker takes no more calls, for its connection is gone; what became of it and of its calls will be told. */
    void shutOut(Worker worker) {
        locked(_ -> roster.shut(worker));
    }

    /** The caller does not wait any more. */
    void cancel(Call call) {
        locked(deeds -> abandon(call, new Outcome.Cancelled(), "the caller has gone", deeds));
    }

    private void abandon(Call call, Outcome outcome, String broken, Deeds deeds) {
        Worker worker = call.worker;
        if (call.place == Call.Place.ENDED) {
            return;
        }
        if (worker == null) {
            queue.remove(call);
        } else {
            deeds.send(worker, new ToWorker.Cancel(call.id));
        }
        end(call, outcome, broken, deeds);
    }

    /** Ends what has taken too long. Looks at every call there is, so it is asked now and then only; deadlines are kept as exactly as that. */
    void expire(long now) {
        locked(deeds -> {
            queue.forEach(call -> expireWaiting(call, now, deeds));
            for (Worker worker : roster.workers()) {
                if (!worker.calls().isEmpty() && Overdue.end(worker, now, deeds) && !worker.condemned) {
                    worker.condemned = true;
                    roster.shut(worker);
                }
                if (worker.condemned) {
                    Overdue.remove(worker, deeds);
                }
            }
            deeds.wanted(queue.size() > 0 && roster.ready() == 0);
        });
    }

    private void expireWaiting(Call call, long now, Deeds deeds) {
        if (now - call.callerDeadline >= 0) {
            abandon(call, new Outcome.CallerTimeout(), "", deeds);
        } else if (now - call.arrived >= startLimit) {
            abandon(call, Outcome.Refused.noWorker(roster.ready() > 0, setbacks.machineFault()), "", deeds);
        }
    }

    /**
     * How many more workers it should have.
     *
     * @param keep how many it should have even if nobody calls
     */
    int lacking(int keep, long now) {
        lock.lock();
        try {
            return closing || setbacks.paused(now) ? 0 : roster.lacking(keep, queue, setbacks.onTrial(), now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes workers that have been idle for longer than {@code idle}, beyond {@code keep} of those that are ready. They get no more calls.
     *
     * @param most how many at most
     */
    List<Worker> takeIdle(int keep, long idle, int most, long now) {
        lock.lock();
        try {
            return roster.takeIdle(keep, idle, most, now);
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what waits and what comes. */
    void close() {
        locked(deeds -> {
            closing = true;
            refuseAll(Outcome.Refused.closing(), deeds);
        });
    }

    /** Whether there are neither calls nor workers, and there was no call since. */
    boolean unusedSince(long then) {
        lock.lock();
        try {
            return roster.workers().isEmpty() && queue.size() == 0 && (used == 0 || then - used >= 0);
        } finally {
            lock.unlock();
        }
    }

    /** What it is at, now. */
    Standing state(long now) {
        lock.lock();
        try {
            return Standing.of(queue.size(), roster.ready(), roster.workers(), setbacks.paused(now), setbacks.detail());
        } finally {
            lock.unlock();
        }
    }

    /** What other instances may know of it. */
    Offer.Load load() {
        lock.lock();
        try {
            return roster.load(queue);
        } finally {
            lock.unlock();
        }
    }
}
