/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.engine.cluster.Instances;
import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.SessionId;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one session from pending to ready and from stopping to stopped. Each session is worked on by at most one virtual thread of this
 * process; every step may be repeated, so a start or stop that a dead engine left behind is simply run again.
 */
class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final Duration COMMAND = Duration.ofSeconds(30);
    private static final Duration FAIR = Duration.ofSeconds(10);
    private static final int LINES = 50;

    private final SessionStore store;
    private final ContainerManager manager;
    private final RoutePublisher routes;
    private final Instances instances;
    private final ReadinessProbe probe;
    private final StartLog log;
    private final SessionSettings settings;
    private final Clock clock;
    private final MeterRegistry metrics;
    private final Map<SessionId, CompletableFuture<Ending>> working = new ConcurrentHashMap<>();
    private volatile boolean closing;

    @Inject
    Lifecycle(
            SessionStore store,
            ContainerManager manager,
            RoutePublisher routes,
            Instances instances,
            ReadinessProbe probe,
            StartLog log,
            SessionSettings settings,
            Clock clock,
            MeterRegistry metrics) {
        this.store = store;
        this.manager = manager;
        this.routes = routes;
        this.instances = instances;
        this.probe = probe;
        this.log = log;
        this.settings = settings;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Whether a thread of ours is busy with this session. */
    boolean working(SessionId id) {
        return working.containsKey(id);
    }

    /** How many sessions are being started or stopped. */
    int busy() {
        return working.size();
    }

    /** No more work is begun; what is under way is left to the next engine. */
    void close() {
        closing = true;
    }

    /** Goes on with a session of ours that is pending, starting or stopping, unless somebody does already. */
    void advance(Session session) {
        if (closing
                || !instances.ours(session.instance())
                || working.putIfAbsent(session.id(), new CompletableFuture<>()) != null) {
            return;
        }
        Thread.ofVirtual().name("session-" + session.id()).start(() -> {
            try {
                work(session);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.error("{}: this step failed; the next reconcile goes on with it", session, e);
            } finally {
                letGo(session.id());
            }
            // A stop that was asked for while the start was under way waits for us to let go.
            again(session.id());
        });
    }

    /** An ending that nobody waited for any more, because the session had just become ready, counts now. */
    private void letGo(SessionId id) {
        CompletableFuture<Ending> waiting = working.remove(id);
        if (waiting != null && waiting.isDone()) {
            try {
                ended(id, waiting.join());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.warn("ending {} failed; the next reconcile finds it", id, e);
            }
        }
    }

    private void again(SessionId id) {
        try {
            store.find(id).filter(s -> s.state() == SessionState.STOPPING).ifPresent(this::advance);
        } catch (RuntimeException e) {
            LOG.warn("looking for a waiting stop of {} failed; the next reconcile finds it", id, e);
        }
    }

    /** Wakes a start that waits for its server, because a stop was asked for meanwhile. */
    void interruptStart(SessionId id) {
        CompletableFuture<Ending> waiting = working.get(id);
        if (waiting != null) {
            waiting.complete(Ending.vanished());
        }
    }

    /** A container ended: wakes the start that waits for it, or ends the session. */
    void ended(SessionId id, Ending ending) throws InterruptedException {
        CompletableFuture<Ending> waiting = working.get(id);
        if (waiting != null && waiting.complete(ending)) {
            return;
        }
        Optional<Session> found = store.find(id);
        if (found.isEmpty() || found.get().state() != SessionState.READY || working(id)) {
            return;
        }
        Session session = found.get();
        SessionState state = ending.intended() ? SessionState.STOPPED : SessionState.FAILED;
        Reason reason = ending.whileReady();
        Optional<Session> over = change(session, state, reason, ending.lines(), null);
        if (over.isPresent()) {
            routes.push(over.get(), null);
            log.add(id, 100, reason.text(), state);
            removeQuietly(id);
        }
    }

    private void work(Session session) throws InterruptedException {
        switch (session.state()) {
            case PENDING, STARTING -> start(session);
            case STOPPING -> stop(session);
            case READY, STOPPED, FAILED -> {}
        }
    }

    private void start(Session asked) throws InterruptedException {
        Session session = asked;
        if (session.state() == SessionState.PENDING) {
            Optional<Session> starting = change(session, SessionState.STARTING, Reason.NONE, List.of(), null);
            if (starting.isEmpty()) {
                return;
            }
            session = starting.get();
        }
        long begin = System.nanoTime();
        log.add(session.id(), 5, "Starting your session", SessionState.STARTING);
        routes.push(session, null);
        try {
            SessionContainer container = container(session);
            if (!container.containerId().equals(session.containerId())) {
                Optional<Session> known =
                        change(session, SessionState.STARTING, Reason.NONE, List.of(), container.containerId());
                if (known.isEmpty()) {
                    return;
                }
                session = known.get();
            }
            log.add(
                    session.id(),
                    60,
                    "The container runs; waiting for the server in it to answer",
                    SessionState.STARTING);
            judge(session, container, begin);
        } catch (CommandFailure e) {
            fail(session, new Reason(Reason.Code.START_FAILED, message(e)), List.of());
        }
    }

    private SessionContainer container(Session session) throws CommandFailure, InterruptedException {
        SessionId id = session.id();
        manager.call(
                new Command.EnsureImage(session.image()),
                settings.imageTimeout(),
                progress -> log.add(id, 5 + progress.percent() / 5, progress.text(), SessionState.STARTING));
        if (!routes.agrees(fair())) {
            throw new CommandFailure(
                    FailureCode.NO_RESOURCES,
                    "Carrel's router does not take what it is told, so a new session could not be reached. Please try again later.");
        }
        Result result = manager.call(
                new Command.StartSession(
                        id,
                        session.address().user(),
                        session.image(),
                        settings.limits(),
                        store.home(session.address().user()),
                        session.address().basePath(),
                        session.upstreamToken()),
                settings.startTimeout(),
                progress -> log.add(id, 25 + progress.percent() / 3, progress.text(), SessionState.STARTING));
        if (result instanceof Result.Session(SessionContainer container)) {
            return container;
        }
        throw new CommandFailure(FailureCode.INTERNAL, "the container-manager answered a start with " + result);
    }

    private void judge(Session session, SessionContainer container, long begin) throws InterruptedException {
        if (!container.running()) {
            fail(session, Ending.of(container, List.of()).whileStarting(), lines(session.id()));
            return;
        }
        CompletableFuture<Ending> ending = working.getOrDefault(session.id(), new CompletableFuture<>());
        Duration left = Duration.between(clock.instant(), session.createdAt().plus(settings.startTimeout()));
        // A start that was taken over from a dead engine gets a fair time of its own.
        Duration limit = left.compareTo(fair()) < 0 ? fair() : left;
        switch (probe.await(container, session.address().basePath(), session.upstreamToken(), ending, limit)) {
            case ReadinessProbe.Outcome.Ready() -> ready(session, container, begin);
            case ReadinessProbe.Outcome.Ended(Ending how) ->
                fail(session, how.whileStarting(), how.lines().isEmpty() ? lines(session.id()) : how.lines());
            case ReadinessProbe.Outcome.TimedOut(String last) ->
                fail(
                        session,
                        new Reason(
                                Reason.Code.START_TIMEOUT,
                                "The server did not answer within "
                                        + settings.startTimeout().toSeconds() + " s: " + last + "."),
                        lines(session.id()));
        }
    }

    private Duration fair() {
        return settings.startTimeout().compareTo(FAIR) < 0 ? settings.startTimeout() : FAIR;
    }

    private void ready(Session session, SessionContainer container, long begin) throws InterruptedException {
        Optional<Session> ready = change(session, SessionState.READY, Reason.NONE, List.of(), container.containerId());
        if (ready.isEmpty()) {
            return;
        }
        if (!routes.push(ready.get(), container)) {
            LOG.warn("{} is ready but the router does not know yet", ready.get());
        }
        log.add(session.id(), 100, "Server ready at " + session.address().basePath(), SessionState.READY);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        metrics.timer("carrel.session.starts", "outcome", "ready").record(took);
        LOG.info("{} is ready after {} ms", ready.get(), took.toMillis());
    }

    private void fail(Session session, Reason reason, List<String> lines) throws InterruptedException {
        Optional<Session> failed = change(session, SessionState.FAILED, reason, lines, session.containerId());
        if (failed.isPresent()) {
            LOG.warn("{}: {}", failed.get(), reason.text());
            metrics.counter("carrel.session.failures").increment();
            routes.push(failed.get(), null);
            log.add(session.id(), 100, reason.text(), SessionState.FAILED);
        }
        removeQuietly(session.id());
    }

    private void stop(Session session) throws InterruptedException {
        log.add(session.id(), 10, "Stopping the server", SessionState.STOPPING);
        routes.push(session, null);
        try {
            Duration limit = settings.stopGrace().plus(COMMAND);
            manager.call(new Command.StopSession(session.id(), settings.stopGrace()), limit, _ -> {});
            manager.call(new Command.RemoveSession(session.id()), COMMAND, _ -> {});
        } catch (CommandFailure e) {
            LOG.warn("{}: stopping failed and is repeated: {}", session, e.getMessage());
            return;
        }
        Optional<Session> stopped =
                change(session, SessionState.STOPPED, session.reason(), List.of(), session.containerId());
        if (stopped.isPresent()) {
            routes.push(stopped.get(), null);
            log.add(session.id(), 100, "Stopped", SessionState.STOPPED);
            LOG.info("{}: {}", stopped.get(), session.reason().text());
        }
    }

    /** Removes a container whose session has ended; what fails now is found by the next reconcile. */
    void removeQuietly(SessionId id) throws InterruptedException {
        try {
            manager.call(new Command.RemoveSession(id), COMMAND, _ -> {});
        } catch (CommandFailure e) {
            LOG.warn("removing the container of {} failed and is repeated: {}", id, e.getMessage());
        }
    }

    private List<String> lines(SessionId id) throws InterruptedException {
        try {
            return manager.call(new Command.TailLog(id, LINES), COMMAND, _ -> {})
                            instanceof Result.LogLines(List<String> lines)
                    ? lines
                    : List.of();
        } catch (CommandFailure e) {
            LOG.info("no log of {}: {}", id, e.getMessage());
            return List.of();
        }
    }

    private static String message(CommandFailure e) {
        return switch (e.code()) {
            case INTERNAL, REJECTED -> "Carrel could not start the container: " + e.getMessage();
            default -> String.valueOf(e.getMessage());
        };
    }

    /** Changes the state if nobody else did first; empty when somebody did. */
    private Optional<Session> change(
            Session session,
            SessionState state,
            Reason reason,
            List<String> lines,
            @org.jspecify.annotations.Nullable String container) {
        if (session.state() != state && !session.state().allows(state)) {
            throw new IllegalStateException(session + " cannot become " + state);
        }
        Session changed = session.to(state, reason, lines, clock.instant());
        Session next = container == null ? changed : changed.in(container);
        if (store.update(next)) {
            return Optional.of(next);
        }
        LOG.info("{} was changed by somebody else before it became {}", session, state);
        return Optional.empty();
    }
}
