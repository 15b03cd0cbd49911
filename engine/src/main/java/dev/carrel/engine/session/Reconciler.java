/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.cluster.Instances;
import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.SessionId;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The level-triggered loop: compares what is wanted (database) with what is (containers, routes) and makes them agree, from any state. Events
 * only make it quicker. One virtual thread.
 *
 * <p>Rules: pending and starting sessions are started on; stopping ones stopped on; a ready one whose container is gone or ended is over; a container
 * without a living session is removed; every route is as its session is; {@link Lifetimes} ends what is idle or too old. Sessions of other instances are left to their engines.
 */
class Reconciler implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final Duration COMMAND = Duration.ofSeconds(10);
    /** Activity is written to the database at most this often: it changes all the time and matters by the minute. */
    private static final Duration ACTIVITY_RESOLUTION = Duration.ofSeconds(30);

    private final SessionStore store;
    private final ContainerManager manager;
    private final Lifecycle lifecycle;
    private final RoutePublisher routes;
    private final Sessions sessions;
    private final Lifetimes lifetimes;
    private final Instances instances;
    private final SessionSettings settings;
    private final String baseHost;
    private final Clock clock;
    private final Semaphore due = new Semaphore(0);
    private final AtomicInteger living = new AtomicInteger();
    private volatile boolean closing;
    private volatile @Nullable Thread thread;
    private volatile Instant pruned = Instant.MIN;

    @Inject
    Reconciler(
            SessionStore store,
            ContainerManager manager,
            Lifecycle lifecycle,
            RoutePublisher routes,
            Sessions sessions,
            Lifetimes lifetimes,
            Instances instances,
            SessionSettings settings,
            SiteSettings site,
            Clock clock) {
        this.store = store;
        this.manager = manager;
        this.lifecycle = lifecycle;
        this.routes = routes;
        this.sessions = sessions;
        this.lifetimes = lifetimes;
        this.instances = instances;
        this.settings = settings;
        this.baseHost = site.baseHost();
        this.clock = clock;
    }

    @Inject
    void register(MeterRegistry metrics, Health health) {
        metrics.gauge("carrel.sessions.living", living);
        health.add("router", () -> routes.reachable() ? Optional.empty() : Optional.of("the router does not answer"));
    }

    @Override
    public void start() {
        manager.listen(this::heard);
        thread = Thread.ofVirtual().name("reconciler").start(this::loop);
    }

    @Override
    public void stop() throws InterruptedException {
        closing = true;
        lifecycle.close();
        due.release();
        Thread running = thread;
        if (running != null && !running.join(Duration.ofSeconds(5))) {
            running.interrupt();
        }
    }

    private void heard(Event event) {
        try {
            switch (event) {
                case Event.SessionExited exited -> lifecycle.ended(exited.session(), Ending.of(exited));
                case Event.SessionRemoved removed -> lifecycle.ended(removed.session(), Ending.vanished());
                case Event.WorkerEnded _ -> {}
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (!closing) {
            try {
                reconcile();
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException e) {
                LOG.error(
                        "reconciling failed and is repeated in {} ms",
                        settings.reconcileInterval().toMillis(),
                        e);
            }
            try {
                if (due.tryAcquire(settings.reconcileInterval().toMillis(), TimeUnit.MILLISECONDS)) {
                    due.drainPermits();
                }
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /** One round. */
    void reconcile() throws InterruptedException {
        // Containers are asked for before the database: a session that starts in between has a row but is never taken
        // for an orphan.
        Instant listedAt = clock.instant();
        Map<String, SessionContainer> containers = containers();
        List<Session> alive = store.living();
        List<Session> ours =
                alive.stream().filter(s -> instances.ours(s.instance())).toList();
        living.set(ours.size());
        for (Session session : ours) {
            converge(session, containers, listedAt);
        }
        if (containers != null) {
            removeOrphans(containers, alive);
        }
        Map<String, Routes.Known> known = routes.reconcile(containers);
        noteActivity(ours, known);
        lifetimes.look(ours, known, baseHost);
        prune();
    }

    private @Nullable Map<String, SessionContainer> containers() throws InterruptedException {
        try {
            if (manager.call(new Command.ListSessions(), COMMAND, _ -> {})
                    instanceof Result.Sessions(List<SessionContainer> list)) {
                Map<String, SessionContainer> byId = new HashMap<>();
                list.forEach(c -> byId.put(c.session().value(), c));
                return byId;
            }
            return null;
        } catch (CommandFailure e) {
            LOG.debug("containers cannot be listed: {}", e.getMessage());
            return null;
        }
    }

    private void converge(Session session, @Nullable Map<String, SessionContainer> containers, Instant listedAt)
            throws InterruptedException {
        if (lifecycle.working(session.id())) {
            return;
        }
        switch (session.state()) {
            case PENDING, STARTING, STOPPING -> lifecycle.advance(session);
            case READY -> {
                if (containers != null) {
                    SessionContainer container = containers.get(session.id().value());
                    // A session that became ready after the containers were listed is looked at in the next round.
                    boolean settled =
                            session.readyAt() != null && session.readyAt().isBefore(listedAt);
                    if (container != null && !container.running()) {
                        lifecycle.ended(session.id(), Ending.of(container, lines(session)));
                    } else if (container == null && settled) {
                        lifecycle.ended(session.id(), Ending.vanished());
                    }
                }
            }
            case STOPPED, FAILED -> {}
        }
    }

    private List<String> lines(Session session) throws InterruptedException {
        try {
            return manager.call(new Command.TailLog(session.id(), 50), COMMAND, _ -> {})
                            instanceof Result.LogLines(List<String> lines)
                    ? lines
                    : List.of();
        } catch (CommandFailure e) {
            LOG.info("no log of {}: {}", session, e.getMessage());
            return List.of();
        }
    }

    private void removeOrphans(Map<String, SessionContainer> containers, List<Session> alive)
            throws InterruptedException {
        Set<SessionId> wanted = ids(alive);
        List<SessionId> suspects = containers.values().stream()
                .map(SessionContainer::session)
                .filter(session -> !wanted.contains(session) && !lifecycle.working(session))
                .toList();
        if (suspects.isEmpty()) {
            return;
        }
        // The list of the living may come from an index that lags behind; what every row says does not.
        Set<SessionId> certain =
                ids(store.latest().stream().filter(s -> s.state().live()).toList());
        for (SessionId session : suspects) {
            if (!certain.contains(session)) {
                LOG.info("removing the container of {}, which belongs to no living session", session);
                lifecycle.removeQuietly(session);
            }
        }
    }

    private static Set<SessionId> ids(List<Session> sessions) {
        return sessions.stream().map(Session::id).collect(Collectors.toSet());
    }

    private void noteActivity(List<Session> alive, Map<String, Routes.Known> known) {
        for (Session session : alive) {
            Routes.Known route = known.get(session.address().host(baseHost));
            if (session.state() == SessionState.READY
                    && route != null
                    && !route.lastActivity().isEmpty()) {
                try {
                    Instant at = Instant.parse(route.lastActivity());
                    if (at.isAfter(session.lastActivity().plus(ACTIVITY_RESOLUTION))) {
                        sessions.active(session.address(), at);
                    }
                } catch (DateTimeParseException e) {
                    LOG.warn("the router's activity of {} is no time: {}", session, route.lastActivity());
                }
            }
        }
    }

    private void prune() {
        Instant now = clock.instant();
        if (pruned.isBefore(now.minus(Duration.ofHours(1)))) {
            pruned = now;
            int gone = store.prune(now.minus(settings.keepEnded()));
            if (gone > 0) {
                LOG.info("forgot {} ends of sessions older than {}", gone, settings.keepEnded());
            }
        }
    }
}
