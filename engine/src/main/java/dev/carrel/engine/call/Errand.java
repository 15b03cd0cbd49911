/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one call to another instance and what becomes of it back, on a thread of its own. Whatever happens, its dispatcher is told one end, and the place there is
 * given back. Thread-safe.
 */
final class Errand implements Envoy {
    private static final Logger LOG = LoggerFactory.getLogger(Errand.class);
    /** Beyond the times that are watched by the dispatcher, so that nothing lasts for ever. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private static final int HEAD = 1 << 20;

    private final HopClient client;
    private final CallSettings settings;
    private final Neighbours neighbours;
    private final Neighbours.Neighbour to;
    private final Neighbours.Flight flight;
    private final Dispatcher from;
    private final Call call;
    private final LongSupplier nanos;
    private final Semaphore parts = new Semaphore(0);
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread thread;
    private boolean abandoned;

    Errand(
            HopClient client,
            CallSettings settings,
            Neighbours neighbours,
            Neighbours.Neighbour to,
            Dispatcher from,
            Call call,
            LongSupplier nanos) {
        this.client = client;
        this.settings = settings;
        this.neighbours = neighbours;
        this.to = to;
        this.flight = new Neighbours.Flight(to.name(), Offer.key(from.version()));
        this.from = from;
        this.call = call;
        this.nanos = nanos;
    }

    @Override
    public String instance() {
        return to.name();
    }

    @Override
    public void hear(Worker worker, ToWorker message) {
        switch (message) {
            case ToWorker.Call asked -> go(worker, asked);
            case ToWorker.More more -> parts.release(more.chunks());
            case ToWorker.Cancel _ -> abandon();
            default -> {}
        }
    }

    @Override
    public void abandon() {
        lock.lock();
        try {
            abandoned = true;
            if (thread != null) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void go(Worker worker, ToWorker.Call asked) {
        Thread begun = Thread.ofVirtual().name("passed-call").unstarted(() -> run(worker, asked));
        lock.lock();
        try {
            thread = begun;
            begun.start();
            if (abandoned) {
                begun.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run(Worker worker, ToWorker.Call asked) {
        String broken = "The instance " + to.name() + ", where the call was, ended in the middle of it.";
        try {
            bring(worker, asked);
        } catch (HopClient.NotTakenException e) {
            LOG.warn("{} is not taken by instance {}: {}", call, to.name(), e.getMessage());
            if (e.away()) {
                neighbours.unreached(to.name(), nanos.getAsLong());
            } else {
                neighbours.refused(flight, nanos.getAsLong());
            }
            from.cameBack(
                    worker,
                    new Outcome.Refused(
                            Outcome.Why.NO_WORKER,
                            "There is no room for a worker here, and the instance " + to.name() + " did not answer.",
                            "",
                            Duration.ofSeconds(2)),
                    true,
                    nanos.getAsLong());
        } catch (IOException e) {
            logUnlessLeft(e);
        } catch (InterruptedException _) {
            broken = "Nobody waits for the call any more.";
        } catch (RuntimeException e) {
            LOG.error("{} at instance {} failed", call, to.name(), e);
        } finally {
            neighbours.back(flight);
            // Its end has been told, or it is now.
            from.gone(worker, Ending.ours(broken), nanos.getAsLong());
        }
    }

    private void logUnlessLeft(IOException e) {
        boolean left;
        lock.lock();
        try {
            left = abandoned;
        } finally {
            lock.unlock();
        }
        if (!left) {
            LOG.warn("nobody knows what became of {} at instance {}: {}", call, to.name(), e.toString());
        }
    }

    private void bring(Worker worker, ToWorker.Call asked) throws IOException, InterruptedException {
        boolean patient = call.callerDeadline - call.arrived >= Long.MAX_VALUE / 2;
        long patience = patient ? -1 : Math.max(1, (call.callerDeadline - nanos.getAsLong()) / 1_000_000);
        PassedCall passed = PassedCall.of(from.version(), call.active, call.ask, patience);
        LOG.debug("{} of {} goes to instance {}", call, from.version().function(), to.name());
        try (InputStream in = client.send(
                to,
                passed.head(),
                call.ask.body(),
                call.ask.callId(),
                Duration.ofMillis(asked.millis()).plus(MARGIN))) {
            PassedAnswer.Reader reader = new PassedAnswer.Reader(
                    in, (int) Math.min(Integer.MAX_VALUE, settings.maxAnswer().bytes() + HEAD));
            PassedAnswer answer = reader.answer(asked.id());
            switch (answer.outcome()) {
                case Outcome.Refused refused -> {
                    LOG.debug("{} is refused by instance {}: {}", call, to.name(), refused.reason());
                    neighbours.refused(flight, nanos.getAsLong());
                    from.cameBack(worker, refused, false, nanos.getAsLong());
                }
                case Outcome.Streaming streaming -> {
                    from.answered(worker, answer, nanos.getAsLong());
                    stream(worker, streaming.head(), reader);
                }
                default -> from.answered(worker, answer, nanos.getAsLong());
            }
        }
    }

    private void stream(Worker worker, FromWorker.Answer head, PassedAnswer.Reader reader)
            throws IOException, InterruptedException {
        for (byte[] part = reader.part(); part != null; part = reader.part()) {
            parts.acquire();
            from.chunk(worker, new FromWorker.Chunk(head.id(), part));
        }
        from.said(worker, new FromWorker.End(head.id(), reader.broken()), nanos.getAsLong());
    }
}
