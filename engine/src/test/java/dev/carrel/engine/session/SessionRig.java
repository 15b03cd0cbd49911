/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.cluster.Instances;
import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** The session feature wired to fakes of database, manager and router. */
final class SessionRig {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    final FakeSessionStore store;
    final FakePortStore ports;
    final FakeContainerManager manager = new FakeContainerManager();
    final FakeRoutes table = new FakeRoutes();
    final Lifecycle lifecycle;
    final SessionService service;
    final Reconciler reconciler;
    final PlannedEnds planned = new PlannedEnds();
    final RoutePublisher routes;

    SessionRig() {
        this(settings(100));
    }

    SessionRig(SessionSettings settings) {
        this(settings, new FakeSessionStore(), new FakePortStore(), "");
    }

    /** The engine of one of several instances that share a database. */
    SessionRig(SessionSettings settings, FakeSessionStore store, FakePortStore ports, String instance) {
        this.store = store;
        this.ports = ports;
        Clock clock = Clock.systemUTC();
        Instances instances = new Instances(
                store.instances,
                new InstanceSettings(instance, instance.isEmpty() ? 0 : 1, "127.0.0.1", "", "", "", ""),
                instance,
                clock);
        instances.start();
        SiteSettings site = new SiteSettings(8000, "127.0.0.1", "", 0);
        routes = new RoutePublisher(table, store, ports, planned, List::of, instances, site);
        StartLog log = new StartLog(clock);
        lifecycle = new Lifecycle(
                store,
                manager,
                routes,
                instances,
                new ReadinessProbe(),
                log,
                settings,
                clock,
                new SimpleMeterRegistry());
        service = new SessionService(store, ports, lifecycle, routes, instances, log, settings, clock, planned);
        Lifetimes lifetimes = new Lifetimes(
                service, routes, planned, new UsageProbe(manager), settings, clock, new SimpleMeterRegistry());
        reconciler =
                new Reconciler(store, manager, lifecycle, routes, service, lifetimes, instances, settings, site, clock);
    }

    static SessionSettings settings(int maxStarting) {
        return settings(maxStarting, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5));
    }

    static SessionSettings settings(int maxStarting, Duration idle, Duration age, Duration warning) {
        return new SessionSettings(
                List.of("default", "other"),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                maxStarting,
                0,
                2,
                idle,
                age,
                warning,
                new DataSize(0),
                0,
                "lab",
                Duration.ofDays(30));
    }

    static SessionAddress address(String user) {
        return new SessionAddress(UserName.of(user), ServerName.DEFAULT);
    }

    static Session session(String user, SessionState state) {
        boolean ended = !state.live();
        return new Session(
                SessionId.random(),
                address(user),
                state,
                "default",
                ended ? new Reason(Reason.Code.CRASHED, "over") : Reason.NONE,
                List.of(),
                NOW,
                state == SessionState.READY ? NOW : null,
                ended ? NOW : null,
                NOW,
                null,
                Base32.random(52),
                "",
                1);
    }

    /** The state in the last step that a follower is told within a little more than the second after which it looks at the database. */
    SessionState lastToldOf(Session session) {
        AtomicReference<SessionState> last = new AtomicReference<>(SessionState.PENDING);
        try {
            service.follow(session, Duration.ofMillis(1100), step -> last.set(step.state()));
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
        return last.get();
    }

    /** Waits for a condition; the test's own assertions tell when it never comes. */
    void until(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** Waits until the session is over. */
    Session untilEnded(Session session) throws InterruptedException {
        Session stopping = new Session(
                session.id(),
                session.address(),
                SessionState.STOPPING,
                session.image(),
                Reason.NONE,
                List.of(),
                session.createdAt(),
                null,
                null,
                session.lastActivity(),
                null,
                session.upstreamToken(),
                "",
                session.version());
        return service.await(stopping, Duration.ofSeconds(30));
    }

    /** Reconciles until nobody works on a session any more. */
    void settle() throws InterruptedException {
        for (int round = 0; round < 3; round++) {
            reconciler.reconcile();
            for (Session session : store.latest()) {
                if (session.state() == SessionState.PENDING
                        || session.state() == SessionState.STARTING
                        || session.state() == SessionState.STOPPING) {
                    service.follow(session, Duration.ofSeconds(20), _ -> {});
                }
            }
            // A container is removed just after its session has ended.
            until(() -> lifecycle.busy() == 0);
        }
    }
}
