/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings the calls of one version together with its workers. A worker is never sent more calls than it has credits, and no call waits while a worker has
 * one left; those that wait do so in one bounded queue, in their order. Every call is told exactly one {@link Outcome}. Thread-safe: all of its state is under
 * its lock, under which nothing waits and nothing takes longer with more calls or workers, but for {@link #expire}.
 */
final class Dispatcher {
    /** A worker that ends sooner than this has not got its code to run. */
    private static final long YOUNG = Duration.ofSeconds(10).toNanos();
    /** Calls wait so long for the workers there are before another one is started. */
    private static final long QUEUEING = Duration.ofMillis(50).toNanos();

    private final FunctionVersion version;
    private final FunctionSpec.WorkLimits limits;
    private final long startLimit;
    private final Crew crew;
    private final ReentrantLock lock = new ReentrantLock();
    private final CallQueue queue = new CallQueue();
    private final LeastLoaded free = new LeastLoaded();
    private final Set<Worker> workers = new LinkedHashSet<>();
    private final Setbacks setbacks = new Setbacks();
    private int ready;
    private boolean closing;
    private long used;
    private String machineFault = "";
    private volatile List<String> handlers = List.of();

    /** @param startLimit how long a call waits for a worker */
    Dispatcher(FunctionVersion version, Duration startLimit, Crew crew) {
        this.version = version;
        this.limits = version.spec().limits();
        this.startLimit = startLimit.toNanos();
        this.crew = crew;
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
        Deeds deeds = new Deeds(crew);
        lock.lock();
        try {
            used = now;
            Worker worker = queue.size() == 0 ? free.least() : null;
            Outcome.Refused refused = worker == null ? refusal(now) : null;
            if (worker != null) {
                give(worker, call, now, deeds);
            } else if (refused != null) {
                end(call, refused, null, deeds);
            } else {
                call.cold = ready == 0;
                queue.addLast(call);
                deeds.wanted(ready == 0);
            }
        } finally {
            lock.unlock();
        }
        deeds.run();
    }

    private Outcome.@Nullable Refused refusal(long now) {
        if (closing) {
            return new Outcome.Refused(
                    Outcome.Why.CLOSING, "The service is about to start anew.", "", Duration.ofSeconds(2));
        }
        if (ready == 0 && setbacks.paused(now)) {
            return setbacks.refusal(now);
        }
        // One may wait for the first worker, or none would ever be started.
        return queue.size() < Math.max(1, limits.queue())
                ? null
                : new Outcome.Refused(
                        Outcome.Why.FULL,
                        "As many calls of this function wait as may: " + limits.queue() + ".",
                        "",
                        Duration.ofSeconds(1));
    }

    private void give(Worker worker, Call call, long now, Deeds deeds) {
        call.place = Call.Place.RUNNING;
        call.worker = worker;
        call.sent = now;
        call.runDeadline = now + limits.timeout().toNanos();
        worker.calls().put(call.id, call);
        free.place(worker);
        deeds.send(worker, call);
    }

    /** A worker will come up for this version. */
    void coming(Worker worker) {
        lock.lock();
        try {
            workers.add(worker);
        } finally {
            lock.unlock();
        }
    }

    /** A worker has loaded the code. */
    void ready(Worker worker, FromWorker.Ready said, long now) {
        Deeds deeds = new Deeds(crew);
        lock.lock();
        try {
            if (!workers.contains(worker) || worker.wasReady()) {
                return;
            }
            // The version says how many at once; a worker may know that it can bear fewer.
            worker.open(Math.clamp(said.credits(), 1, limits.concurrency()), now);
            handlers = said.handlers();
            ready++;
            machineFault = "";
            free.place(worker);
            pump(now, deeds);
        } finally {
            lock.unlock();
        }
        deeds.run();
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

    private void pump(long now, Deeds deeds) {
        while (queue.size() > 0) {
            Worker worker = free.least();
            if (worker == null) {
                return;
            }
            Call call = queue.poll();
            if (call != null) {
                give(worker, call, now, deeds);
            }
        }
    }

    /** A worker says something about a call: an answer or its end. */
    void said(Worker worker, FromWorker message, long now) {
        Deeds deeds = new Deeds(crew);
        lock.lock();
        try {
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
        } finally {
            lock.unlock();
        }
        deeds.run();
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
        setbacks.answered();
        deeds.end(call, new Outcome.Streaming(answer, stream));
    }

    private void ended(Worker worker, String id, Outcome outcome, @Nullable String broken, long now, Deeds deeds) {
        Call call = worker.calls().remove(id);
        if (call == null) {
            return;
        }
        setbacks.answered();
        end(call, outcome, broken, deeds);
        if (worker.calls().isEmpty()) {
            worker.idleSince = now;
        }
        if (worker.condemned) {
            removeCondemned(worker, deeds);
        } else {
            free.place(worker);
            pump(now, deeds);
        }
    }

    /** Ends a call that is still awaited; where its answer has begun already, {@code broken} is told. */
    private static void end(Call call, Outcome outcome, @Nullable String broken, Deeds deeds) {
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
        Deeds deeds = new Deeds(crew);
        lock.lock();
        try {
            if (!workers.remove(worker)) {
                return;
            }
            shut(worker);
            judge(worker, ending, now);
            List<Call> orphans = new ArrayList<>(worker.calls().values());
            worker.calls().clear();
            for (Call call : orphans.reversed()) {
                if (call.place == Call.Place.RUNNING && version.spec().idempotent() && !call.repeated) {
                    call.repeated = true;
                    call.place = Call.Place.WAITING;
                    call.worker = null;
                    queue.addFirst(call);
                } else {
                    call.orphaned = true;
                    end(call, new Outcome.Died(ending.how()), ending.how(), deeds);
                }
            }
            pump(now, deeds);
            if (ready == 0 && setbacks.paused(now)) {
                refuseAll(setbacks.refusal(now), deeds);
            }
            deeds.wanted(queue.size() > 0);
        } finally {
            lock.unlock();
        }
        deeds.run();
    }

    private void judge(Worker worker, Ending ending, long now) {
        switch (ending.cause()) {
            case UNFIT -> setbacks.unfit(ending.text(), now);
            case CODE -> {
                if (!worker.wasReady() || now - worker.readySince < YOUNG) {
                    setbacks.early(ending.text(), now);
                } else {
                    setbacks.answered();
                }
            }
            case MACHINE -> machineFault = ending.how();
            case OURS -> {}
        }
    }

    private void refuseAll(Outcome.Refused refusal, Deeds deeds) {
        for (Call call = queue.poll(); call != null; call = queue.poll()) {
            end(call, refusal, null, deeds);
        }
    }

    /** A worker takes no more calls, for its connection is gone; what became of it and of its calls will be told. */
    void shutOut(Worker worker) {
        lock.lock();
        try {
            shut(worker);
        } finally {
            lock.unlock();
        }
    }

    private void shut(Worker worker) {
        if (worker.open()) {
            worker.shut();
            ready--;
        }
        free.remove(worker);
    }

    /** The caller does not wait any more. */
    void cancel(Call call) {
        Deeds deeds = new Deeds(crew);
        lock.lock();
        try {
            abandon(call, new Outcome.Cancelled(), "the caller has gone", deeds);
        } finally {
            lock.unlock();
        }
        deeds.run();
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
        Deeds deeds = new Deeds(crew);
        lock.lock();
        try {
            queue.forEach(call -> expireWaiting(call, now, deeds));
            for (Worker worker : workers) {
                if (!worker.calls().isEmpty() && expireRunning(worker, now, deeds) && !worker.condemned) {
                    worker.condemned = true;
                    shut(worker);
                }
                if (worker.condemned) {
                    removeCondemned(worker, deeds);
                }
            }
            deeds.wanted(queue.size() > 0 && ready == 0);
        } finally {
            lock.unlock();
        }
        deeds.run();
    }

    private void expireWaiting(Call call, long now, Deeds deeds) {
        if (now - call.callerDeadline >= 0) {
            abandon(call, new Outcome.CallerTimeout(), "", deeds);
        } else if (now - call.arrived >= startLimit) {
            String why = ready > 0
                    ? "All workers of this function are at other calls for too long."
                    : "No worker of this function came up in time.";
            abandon(
                    call,
                    new Outcome.Refused(Outcome.Why.NO_WORKER, why, machineFault, Duration.ofSeconds(2)),
                    "",
                    deeds);
        }
    }

    /** Whether a call of this worker has run for longer than any may. */
    private static boolean expireRunning(Worker worker, long now, Deeds deeds) {
        boolean runaway = false;
        for (Call call : worker.calls().values()) {
            if (now - call.runDeadline >= 0) {
                runaway = true;
                end(call, new Outcome.RunTimeout(), "it ran for longer than it may", deeds);
            } else if (call.place != Call.Place.ENDED && now - call.callerDeadline >= 0) {
                deeds.send(worker, new ToWorker.Cancel(call.id));
                end(call, new Outcome.CallerTimeout(), "the caller's time is over", deeds);
            }
        }
        return runaway;
    }

    /** A worker with a call that does not end is no good; those who still get answers from it may have them first. */
    private static void removeCondemned(Worker worker, Deeds deeds) {
        if (!worker.awaited()) {
            deeds.remove(worker, Ending.ours("The worker was ended for a call that ran for too long."));
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
            if (closing || setbacks.paused(now)) {
                return 0;
            }
            int coming = (int)
                    workers.stream().filter(w -> !w.wasReady() && !w.condemned).count();
            int wanted = keep - ready - coming;
            Call first = queue.first();
            if (first != null && (ready == 0 || now - first.arrived >= QUEUEING)) {
                int concurrency = Math.max(1, limits.concurrency());
                wanted = Math.max(wanted, (queue.size() + concurrency - 1) / concurrency - coming);
            }
            int room = setbacks.onTrial() ? 1 - coming - ready : Math.max(1, limits.maxWorkers()) - coming - ready;
            return Math.max(0, Math.min(wanted, room));
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
            List<Worker> taken = workers.stream()
                    .filter(w -> w.open() && w.calls().isEmpty() && now - w.idleSince >= idle)
                    .sorted(java.util.Comparator.comparingLong(w -> w.idleSince))
                    .limit(Math.max(0, Math.min(most, ready - keep)))
                    .toList();
            taken.forEach(this::shut);
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what waits and what comes. */
    void close() {
        Deeds deeds = new Deeds(crew);
        lock.lock();
        try {
            closing = true;
            Outcome.Refused refused = refusal(0);
            if (refused != null) {
                refuseAll(refused, deeds);
            }
        } finally {
            lock.unlock();
        }
        deeds.run();
    }

    /** Whether there are neither calls nor workers, and there was no call since. */
    boolean unusedSince(long then) {
        lock.lock();
        try {
            return workers.isEmpty() && queue.size() == 0 && (used == 0 || then - used >= 0);
        } finally {
            lock.unlock();
        }
    }

    /** What it is at, now. */
    Standing state(long now) {
        lock.lock();
        try {
            return Standing.of(queue.size(), ready, workers, setbacks.paused(now), setbacks.detail());
        } finally {
            lock.unlock();
        }
    }
}
