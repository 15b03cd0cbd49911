/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Whatever state database, containers and routes are in, two rounds bring them to agree. */
class ReconcileTest {
    /** What one user's world may look like. */
    record World(SessionState row, Container container, RouteKind route) {}

    enum Container {
        NONE,
        RUNNING,
        ENDED
    }

    enum RouteKind {
        NONE,
        RIGHT,
        OLD_TARGET,
        OTHER_SESSION
    }

    @Property(tries = 100)
    void fromAnyStateEverythingAgreesInTheEnd(@ForAll("worlds") List<World> worlds) throws Exception {
        try (TinyServer server = new TinyServer(200)) {
            SessionRig rig = new SessionRig();
            rig.manager.port = server.port();
            SessionId orphan = SessionId.random();
            rig.manager.containers.put(orphan, rig.manager.running(orphan));
            for (int i = 0; i < worlds.size(); i++) {
                build(rig, "user" + i, worlds.get(i));
            }

            rig.settle();

            agrees(rig);
            assertThat(rig.manager.containers).doesNotContainKey(orphan);
        }
    }

    private static void agrees(SessionRig rig) {
        Set<SessionId> ready = new HashSet<>();
        for (Session session : rig.store.latest()) {
            assertThat(session.state()).isIn(SessionState.READY, SessionState.STOPPED, SessionState.FAILED);
            Routes.Route route = rig.table.table.get(session.address().host("localhost"));
            assertThat(route.id()).isEqualTo(session.id().value());
            assertThat(route.state()).isEqualTo(session.state().label());
            if (session.state() == SessionState.READY) {
                ready.add(session.id());
                assertThat(route.target()).isEqualTo("http://127.0.0.1:" + rig.manager.port);
            } else {
                assertThat(route.target()).isNull();
                assertThat(session.reason().text()).isNotBlank();
            }
        }
        assertThat(rig.manager.containers.values()).allMatch(SessionContainer::running);
        assertThat(rig.manager.containers.keySet()).isEqualTo(ready);
        assertThat(rig.table.table).hasSameSizeAs(rig.store.latest());
        assertThat(starts(rig)).as("no session is started twice").doesNotHaveDuplicates();
    }

    private static List<SessionId> starts(SessionRig rig) {
        return rig.manager.commands.stream()
                .filter(Command.StartSession.class::isInstance)
                .map(c -> ((Command.StartSession) c).session())
                .collect(Collectors.toList());
    }

    private static void build(SessionRig rig, String user, World world) throws IOException {
        Session session = SessionRig.session(user, world.row());
        Session stored = world.row() == SessionState.STOPPING
                ? new Session(
                        session.id(),
                        session.address(),
                        session.state(),
                        "default",
                        Reason.ASKED,
                        List.of(),
                        session.createdAt(),
                        null,
                        null,
                        session.lastActivity(),
                        null,
                        session.upstreamToken(),
                        "",
                        1)
                : session;
        rig.store.put(stored);
        switch (world.container()) {
            case NONE -> {}
            case RUNNING -> rig.manager.containers.put(session.id(), rig.manager.running(session.id()));
            case ENDED -> {
                // A pending session has no container yet, let alone one that ended.
                if (world.row() != SessionState.PENDING) {
                    rig.manager.containers.put(session.id(), rig.manager.ended(session.id(), 1, false));
                }
            }
        }
        route(rig, user, session, world.route());
    }

    private static void route(SessionRig rig, String user, Session session, RouteKind kind) throws IOException {
        String host = session.address().host("localhost");
        String path = session.address().basePath();
        switch (kind) {
            case NONE -> {}
            case RIGHT ->
                rig.table.put(new Routes.Route(
                        path,
                        "http://127.0.0.1:" + rig.manager.port,
                        session.id().value(),
                        user,
                        "",
                        host,
                        "ready",
                        "t",
                        null,
                        List.of(),
                        "2026-03-01T12:00:00Z",
                        null,
                        List.of()));
            case OLD_TARGET ->
                rig.table.put(new Routes.Route(
                        path,
                        "http://127.0.0.1:9",
                        session.id().value(),
                        user,
                        "",
                        host,
                        "ready",
                        "t",
                        null,
                        List.of(),
                        "2026-03-01T12:00:00Z",
                        null,
                        List.of()));
            case OTHER_SESSION ->
                rig.table.put(new Routes.Route(
                        path,
                        "http://127.0.0.1:9",
                        SessionId.random().value(),
                        user,
                        "",
                        host,
                        "starting",
                        "t",
                        null,
                        List.of(),
                        "2026-03-01T12:00:00Z",
                        null,
                        List.of()));
        }
    }

    @Test
    void withTheManagerAwayNothingIsEndedAndNoRouteIsTouched() throws Exception {
        SessionRig rig = new SessionRig();
        build(rig, "ada", new World(SessionState.READY, Container.NONE, RouteKind.RIGHT));
        rig.manager.connected = false;

        rig.reconciler.reconcile();

        assertThat(rig.store.living()).hasSize(1);
        assertThat(rig.table.table.get("ada--main.localhost").target()).isNotNull();
    }

    @Test
    void aRouterThatComesBackIsToldEverything() throws Exception {
        SessionRig rig = new SessionRig();
        build(rig, "ada", new World(SessionState.READY, Container.RUNNING, RouteKind.NONE));
        rig.table.down = true;
        rig.reconciler.reconcile();
        rig.table.down = false;

        rig.reconciler.reconcile();

        assertThat(rig.table.table.get("ada--main.localhost").target()).isNotNull();
        assertThat(rig.table.revocations).isNotNull();
    }

    @Test
    void aRouteThatNobodyKnowsIsDeleted() throws Exception {
        SessionRig rig = new SessionRig();
        rig.table.put(new Routes.Route(
                "/user/eve/",
                "http://127.0.0.1:9",
                "x",
                "eve",
                "",
                "eve--main.localhost",
                "ready",
                "t",
                null,
                List.of(),
                "",
                null,
                List.of()));

        rig.reconciler.reconcile();

        assertThat(rig.table.table).isEmpty();
    }

    @Test
    void aSessionThatBecomesReadyWhileTheTableIsComparedKeepsItsRoute() throws Exception {
        SessionRig rig = new SessionRig();
        rig.table.listed =
                once(() -> build(rig, "ada", new World(SessionState.READY, Container.RUNNING, RouteKind.RIGHT)));

        rig.reconciler.reconcile();

        assertThat(rig.table.table.get("ada--main.localhost").target()).isNotNull();
    }

    @Test
    void aStopWhileTheTableIsComparedIsNotUndoneByAnOlderView() throws Exception {
        SessionRig rig = new SessionRig();
        build(rig, "ada", new World(SessionState.READY, Container.RUNNING, RouteKind.NONE));
        rig.store.listed = once(() ->
                rig.service.await(rig.service.stop(SessionRig.address("ada"), Reason.ASKED), Duration.ofSeconds(30)));

        rig.reconciler.reconcile();

        assertThat(rig.table.table.get("ada--main.localhost").state()).isEqualTo("stopped");
    }

    private static SessionPort port(String name, int port, String... shares) {
        return new SessionPort(
                new PortAddress(SessionRig.address("ada"), new PortName(name)),
                port,
                Stream.of(shares).map(UserName::of).toList(),
                SessionRig.NOW);
    }

    private static List<Routes.Port> told(SessionRig rig) {
        return rig.table.table.get("ada--main.localhost").ports();
    }

    @Test
    void namedPortsAreToldAtOnceAndNoneOfThemIsTheServersOwn() throws Exception {
        SessionRig rig = new SessionRig();
        build(rig, "ada", new World(SessionState.READY, Container.RUNNING, RouteKind.NONE));
        rig.reconciler.reconcile();
        rig.ports.put(port("dash", 8050, "bob"));
        rig.ports.put(port("own", rig.manager.port));

        rig.service.portsChanged(SessionRig.address("ada"));

        assertThat(told(rig))
                .containsExactly(new Routes.Port("dash", 8050, "dash--ada--main.localhost", List.of("bob")));
        assertThat(rig.table.table.get("ada--main.localhost").target()).isNotNull();
        assertThat(rig.service.serverPort(SessionRig.address("ada"))).hasValue(rig.manager.port);
    }

    @Test
    void namedPortsThatTheRouterDidNotHearOfAreToldByTheNextReconcile() throws Exception {
        SessionRig rig = new SessionRig();
        build(rig, "ada", new World(SessionState.READY, Container.RUNNING, RouteKind.NONE));
        rig.reconciler.reconcile();
        rig.table.down = true;
        rig.ports.put(port("dash", 8050));
        rig.service.portsChanged(SessionRig.address("ada"));
        rig.table.down = false;
        assertThat(told(rig)).isEmpty();

        rig.reconciler.reconcile();

        assertThat(told(rig)).hasSize(1);
    }

    @Test
    void aPortThatIsClosedWhileTheTableIsComparedStaysClosed() throws Exception {
        SessionRig rig = new SessionRig();
        build(rig, "ada", new World(SessionState.READY, Container.RUNNING, RouteKind.OLD_TARGET));
        rig.ports.put(port("dash", 8050));
        rig.ports.listed = once(() -> {
            rig.ports.removeAll(SessionRig.address("ada"));
            rig.service.portsChanged(SessionRig.address("ada"));
        });

        rig.reconciler.reconcile();

        assertThat(told(rig)).isEmpty();
    }

    @Test
    void namedPortsOutliveAStop() throws Exception {
        SessionRig rig = new SessionRig();
        build(rig, "ada", new World(SessionState.STOPPED, Container.NONE, RouteKind.NONE));
        rig.ports.put(port("dash", 8050));

        rig.reconciler.reconcile();

        assertThat(rig.table.table.get("ada--main.localhost").target()).isNull();
        assertThat(told(rig)).hasSize(1);
    }

    private static Runnable once(ThrowingCallable action) {
        AtomicBoolean done = new AtomicBoolean();
        return () -> {
            if (done.compareAndSet(false, true)) {
                try {
                    action.call();
                } catch (Throwable e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    @Provide
    Arbitrary<List<World>> worlds() {
        return Combinators.combine(
                        Arbitraries.of(SessionState.values()),
                        Arbitraries.of(Container.values()),
                        Arbitraries.of(RouteKind.values()))
                .as(World::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }
}
