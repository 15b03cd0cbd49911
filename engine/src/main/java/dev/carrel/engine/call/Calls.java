/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.name.UserName;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls of functions on this instance: has them served, and is the life of all that serves them. Thread-safe. */
final class Calls implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(3);

    private final Functions functions;
    private final ContainerManager manager;
    private final Containers containers;
    private final CallSettings settings;
    private final Fleet fleet;
    private final Elsewhere elsewhere;
    private final Desks desks;
    private final Scaler scaler;
    private final LongSupplier nanos;
    private final Executor threads;
    private final Map<UserName, AtomicInteger> underWay = new ConcurrentHashMap<>();
    private volatile boolean closing;

    Calls(
            Functions functions,
            ContainerManager manager,
            Containers containers,
            CallSettings settings,
            Fleet fleet,
            Elsewhere elsewhere,
            LongSupplier nanos,
            Executor threads) {
        this.functions = functions;
        this.manager = manager;
        this.containers = containers;
        this.settings = settings;
        this.fleet = fleet;
        this.elsewhere = elsewhere;
        this.nanos = nanos;
        this.threads = threads;
        Crew crew = new WithEnvoys(fleet);
        desks = new Desks(version -> new Dispatcher(version, settings.startLimit(), crew, elsewhere));
        scaler = new Scaler(desks, fleet, functions, settings, nanos, threads);
        fleet.onWanted(scaler::wake);
        manager.listen(fleet::told);
        functions.listen(this::changed);
    }

    /** A call that has been taken. {@link #close} gives its place back. */
    final class Taken implements AutoCloseable {
        private final Dispatcher dispatcher;
        private final Call call;
        private final CompletableFuture<Outcome> outcome;
        private final AtomicInteger places;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Taken(Dispatcher dispatcher, Ask ask, long patience, AtomicInteger places) {
            this.dispatcher = dispatcher;
            this.places = places;
            outcome = new CompletableFuture<>();
            call = new Call(ask, nanos.getAsLong(), patience, outcome::complete);
        }

        /** The version that serves it here. */
        FunctionVersion version() {
            return dispatcher.version();
        }

        /** The number of the version that serves it. */
        long number() {
            return call.elsewhereVersion == 0 ? dispatcher.version().number() : call.elsewhereVersion;
        }

        /** The instance where it is, or was; empty when there is only one. */
        String instance() {
            return call.elsewhere.isEmpty() ? elsewhere.own() : call.elsewhere;
        }

        /** Whether another instance serves it, and accounts for it. */
        boolean elsewhere() {
            return !call.elsewhere.isEmpty();
        }

        /** What its workers can be called by, as far as is known. */
        List<String> handlers() {
            return dispatcher.handlers();
        }

        /** What became of it, once that is known; there is a deadline to everything, so it will be. */
        CompletionStage<Outcome> outcome() {
            return outcome.minimalCompletionStage();
        }

        /** Waits for what became of it. */
        Outcome await() throws InterruptedException {
            try {
                return outcome.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("outcomes are told, never thrown", e);
            }
        }

        /** Nobody waits for it any more. Any thread. */
        void cancel() {
            dispatcher.cancel(call);
        }

        /** Whether it waited for a worker to come up. */
        boolean cold() {
            return call.cold;
        }

        /** Whether its worker ended in the middle of it. */
        boolean orphaned() {
            return call.orphaned;
        }

        /** Nanoseconds since its arrival. */
        long age() {
            return nanos.getAsLong() - call.arrived;
        }

        /** Nanoseconds since it was given to a worker; 0 when it never was. */
        long busy() {
            return call.sent == 0 ? 0 : nanos.getAsLong() - call.sent;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                places.decrementAndGet();
            }
        }
    }

    /** One owner's functions have as many calls under way as they may. */
    static final class TooMany extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Takes a call.
     *
     * @param alias empty for the active version
     * @param patience nanoseconds that the caller waits
     * @throws TooMany when the owner's functions have too many under way
     */
    Taken take(FunctionVersion version, String alias, Ask ask, long patience) throws TooMany {
        return take(version, alias, ask, patience, false);
    }

    /**
     * Takes a call.
     *
     * @param foreign whether another instance sent it: then it is served here or not at all
     */
    Taken take(FunctionVersion version, String alias, Ask ask, long patience, boolean foreign) throws TooMany {
        long now = nanos.getAsLong();
        AtomicInteger places = underWay.computeIfAbsent(version.function().owner(), _ -> new AtomicInteger());
        if (places.incrementAndGet() > settings.maxPerOwner()) {
            places.decrementAndGet();
            throw new TooMany();
        }
        Dispatcher dispatcher = alias.isEmpty() ? desks.active(version, now) : desks.named(version);
        Taken taken = new Taken(dispatcher, ask, patience, places);
        taken.call.active = alias.isEmpty();
        taken.call.foreign = foreign;
        taken.call.stays = foreign;
        scaler.called(now);
        dispatcher.submit(taken.call, now);
        return taken;
    }

    /** What a version can be called by; empty when nothing is known yet. */
    List<String> handlers(FunctionVersion version) {
        return version.spec().handlers().isEmpty()
                ? desks.find(version).map(Dispatcher::handlers).orElse(List.of())
                : version.spec().handlers();
    }

    /** What is at a function's calls, version by version. */
    List<OfVersion> standing(FunctionId function) {
        long now = nanos.getAsLong();
        return desks.of(function).stream()
                .map(d -> new OfVersion(d.version().number(), d.state(now)))
                .toList();
    }

    /** What a version is at. */
    record OfVersion(long version, Standing state) {}

    /** What other instances may send here. */
    Offer offer() {
        if (closing || !manager.connected()) {
            return Offer.NONE;
        }
        Set<Dispatcher> retired = desks.retired();
        Map<String, Offer.Load> loads = new HashMap<>();
        for (Dispatcher dispatcher : desks.all()) {
            Offer.Load load = retired.contains(dispatcher) ? Offer.Load.NONE : dispatcher.load();
            if (load.credits() + load.busy() > 0) {
                loads.merge(Offer.key(dispatcher.version()), load, Offer.Load::plus);
            }
        }
        return new Offer(fleet.room(), loads);
    }

    /** Whether a call of a version had better be begun by another instance: there is no room for another worker here, none of this version is idle, and there is elsewhere. */
    boolean crowded(FunctionVersion version) {
        long now = nanos.getAsLong();
        return elsewhere.any()
                && fleet.room() == 0
                && desks.find(version).map(d -> d.state(now).idle()).orElse(0) == 0
                && elsewhere.room(version, now);
    }

    /** Sums over everything, for gauges. */
    Standing total() {
        long now = nanos.getAsLong();
        List<Standing> all = desks.all().stream().map(d -> d.state(now)).toList();
        return new Standing(
                all.stream().mapToInt(Standing::waiting).sum(),
                all.stream().mapToInt(Standing::running).sum(),
                all.stream().mapToInt(Standing::ready).sum(),
                all.stream().mapToInt(Standing::idle).sum(),
                all.stream().mapToInt(Standing::coming).sum(),
                fleet.size(),
                all.stream().anyMatch(Standing::paused),
                "");
    }

    private void changed(FunctionId function) {
        threads.execute(() -> {
            try {
                long now = nanos.getAsLong();
                functions
                        .find(function, "")
                        .ifPresentOrElse(
                                version -> {
                                    scaler.note(Cell.of(version), now);
                                    desks.renew(version, now);
                                },
                                () -> desks.close(function, now));
                scaler.wake();
            } catch (RuntimeException e) {
                LOG.warn("the change of {} is noticed at its next call", function, e);
            }
        });
    }

    @Override
    public void start() {
        scaler.start();
    }

    @Override
    public void stop() throws InterruptedException {
        closing = true;
        desks.all().forEach(Dispatcher::close);
        long until = System.nanoTime() + LAST_ANSWERS.toNanos();
        while (System.nanoTime() < until && busy()) {
            Thread.sleep(LOOK);
        }
        scaler.stop();
        for (Worker worker : fleet.all()) {
            fleet.remove(worker, Ending.ours("The service starts anew."));
        }
        removeAll();
        containers.close();
    }

    private boolean busy() {
        long now = nanos.getAsLong();
        return desks.all().stream().anyMatch(d -> d.state(now).running() > 0);
    }

    /** What is left is removed by the next start. */
    private void removeAll() {
        if (containers.transport() == null || !manager.connected()) {
            return;
        }
        try {
            fleet.reconcile();
        } catch (CommandFailure failure) {
            LOG.info("containers of workers are removed at the next start: {}", failure.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
