/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import static dev.carrel.engine.session.SessionRig.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StartAndStopTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private final SessionRig rig = new SessionRig();
    private TinyServer server;

    @BeforeEach
    void serve() throws IOException {
        server = new TinyServer(200);
        rig.manager.port = server.port();
        rig.reconciler.start();
    }

    @AfterEach
    void close() throws InterruptedException {
        rig.reconciler.stop();
        server.close();
    }

    @Test
    void aStartEndsReadyWithARouteToTheContainer() throws Exception {
        Session ready = rig.service.await(rig.service.start(address("ada"), Optional.empty()), LONG);

        assertThat(ready.state()).isEqualTo(SessionState.READY);
        assertThat(ready.containerId()).isNotNull();
        assertThat(rig.table.table.get("ada--main.localhost").target()).isEqualTo("http://127.0.0.1:" + server.port());
        assertThat(rig.table.table.get("ada--main.localhost").upstreamToken()).isEqualTo(ready.upstreamToken());
        assertThat(server.asked).contains("/user/ada/api token " + ready.upstreamToken());
    }

    @Test
    void everyStepIsToldInOrderAndLateFollowersSeeAllOfThem() throws Exception {
        Session session = rig.service.start(address("ada"), Optional.empty());
        rig.service.await(session, LONG);
        List<Sessions.Step> steps = new ArrayList<>();

        rig.service.follow(session, LONG, steps::add);

        assertThat(steps).extracting(Sessions.Step::percent).isSorted();
        assertThat(steps.getFirst().message()).isEqualTo("Server requested");
        assertThat(steps.getLast().percent()).isEqualTo(100);
        assertThat(steps.getLast().state()).isEqualTo(SessionState.READY);
        assertThat(steps).extracting(Sessions.Step::message).contains("Creating the container");
    }

    @Test
    void whatRunsCannotBeStartedAgain() throws Exception {
        rig.service.await(rig.service.start(address("ada"), Optional.empty()), LONG);

        assertThatThrownBy(() -> rig.service.start(address("ada"), Optional.empty()))
                .isInstanceOfSatisfying(
                        SessionFailure.class, e -> assertThat(e.kind()).isEqualTo(SessionFailure.Kind.ALREADY_RUNNING));
    }

    @Test
    void anUnknownImageIsRefusedAndNothingIsMade() {
        assertThatThrownBy(() -> rig.service.start(address("ada"), Optional.of("evil")))
                .isInstanceOf(SessionFailure.class)
                .hasMessage("image: \"evil\" (expected: one of default, other)");
        assertThat(rig.store.latest()).isEmpty();
    }

    @Test
    void aStopEndsStoppedWithItsReasonAndWithoutAContainer() throws Exception {
        rig.service.await(rig.service.start(address("ada"), Optional.empty()), LONG);

        Session stopped = rig.service.await(rig.service.stop(address("ada"), Reason.ASKED), LONG);

        assertThat(stopped.state()).isEqualTo(SessionState.STOPPED);
        assertThat(stopped.reason()).isEqualTo(Reason.ASKED);
        assertThat(rig.manager.containers).isEmpty();
        assertThat(rig.table.table.get("ada--main.localhost").target()).isNull();
        assertThat(rig.table.table.get("ada--main.localhost").state()).isEqualTo("stopped");
    }

    /** Whoever is told "ready" or "stopped" goes there next, through the router. */
    @Test
    void nobodyIsToldOfAnEndBeforeTheRouterIs() throws Exception {
        Map<String, SessionState> toldBefore = new ConcurrentHashMap<>();
        rig.table.before = route -> {
            Session session = rig.store.latest().getFirst();
            switch (route.state()) {
                case "ready" -> toldBefore.computeIfAbsent("ready", _ -> rig.lastToldOf(session));
                case "stopped" ->
                    toldBefore.computeIfAbsent(
                            "stopped",
                            _ -> rig.lastToldOf(
                                    session.to(SessionState.STOPPING, Reason.NONE, List.of(), session.createdAt())));
                default -> {}
            }
        };

        Session ready = rig.service.await(rig.service.start(address("ada"), Optional.empty()), LONG);
        Session stopped = rig.service.await(rig.service.stop(address("ada"), Reason.ASKED), LONG);

        assertThat(ready.state()).isEqualTo(SessionState.READY);
        assertThat(stopped.state()).isEqualTo(SessionState.STOPPED);
        assertThat(toldBefore)
                .containsOnly(Map.entry("ready", SessionState.STARTING), Map.entry("stopped", SessionState.STOPPING));
    }

    @Test
    void aServerThatDiesWhileStartingFailsAtOnceWithItsLastLines() throws Exception {
        server.close();
        Session session = rig.service.start(address("ada"), Optional.empty());
        List<Sessions.Step> steps = new ArrayList<>();
        rig.service.follow(session, LONG, step -> {
            steps.add(step);
            if (step.percent() == 60) {
                rig.manager.tell(new Event.SessionExited(
                        session.id(), "c", 3, false, Instant.now(), List.of("no module named lab")));
            }
        });

        Session failed = rig.store.get(session.id());
        assertThat(failed.state()).isEqualTo(SessionState.FAILED);
        assertThat(failed.reason())
                .isEqualTo(
                        new Reason(Reason.Code.START_FAILED, "The server ended with exit code 3 before it answered."));
        assertThat(failed.logTail()).containsExactly("no module named lab");
        assertThat(steps.getLast().state()).isEqualTo(SessionState.FAILED);
    }

    /** A router that has not been told what is gone may still lead to an address that the next container gets. */
    @Test
    void nothingIsStartedBeforeTheRouterAgreed() throws Exception {
        SessionRig quick = hurried();
        quick.table.down = true;
        quick.reconciler.reconcile();

        Session failed = quick.service.await(quick.service.start(address("ada"), Optional.empty()), LONG);

        assertThat(failed.state()).isEqualTo(SessionState.FAILED);
        assertThat(failed.reason().text()).startsWith("Carrel's router does not take what it is told");
        assertThat(quick.manager.containers).isEmpty();
    }

    private static SessionRig hurried() {
        return new SessionRig(new SessionSettings(
                List.of("default"),
                Duration.ofSeconds(1),
                LONG,
                Duration.ZERO,
                Duration.ofSeconds(1),
                9,
                0,
                2,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofMinutes(5),
                new dev.carrel.chassis.settings.DataSize(0),
                0,
                "lab",
                LONG));
    }

    @Test
    void aServerThatAnswersNothingGoodFailsWithWhatItAnswered() throws Exception {
        TinyServer broken = new TinyServer(500);
        SessionRig quick = hurried();
        quick.manager.port = broken.port();
        quick.reconciler.reconcile();

        Session failed = quick.service.await(quick.service.start(address("ada"), Optional.empty()), LONG);
        broken.close();

        assertThat(failed.state()).isEqualTo(SessionState.FAILED);
        assertThat(failed.reason().code()).isEqualTo(Reason.Code.START_TIMEOUT);
        assertThat(failed.reason().text()).contains("it answered 500 to GET /user/ada/api (expected: 200)");
    }

    @Test
    void aRefusalOfTheManagerIsTheReason() throws Exception {
        rig.manager.failure =
                new CommandFailure(FailureCode.IMAGE_MISSING, "image carrel/session:latest is not on this machine");

        Session failed = rig.service.await(rig.service.start(address("ada"), Optional.empty()), LONG);

        assertThat(failed.state()).isEqualTo(SessionState.FAILED);
        assertThat(failed.reason())
                .isEqualTo(new Reason(Reason.Code.START_FAILED, "image carrel/session:latest is not on this machine"));
    }

    @Test
    void aStopDuringAStartWins() throws Exception {
        server.close();
        Session session = rig.service.start(address("ada"), Optional.empty());
        rig.service.follow(session, LONG, step -> {
            if (step.percent() == 60 && step.state() == SessionState.STARTING) {
                try {
                    rig.service.stop(address("ada"), Reason.ASKED);
                } catch (SessionFailure e) {
                    throw new AssertionError(e);
                }
            }
        });

        assertThat(rig.store.get(session.id()).state()).isEqualTo(SessionState.STOPPED);
        assertThat(rig.manager.containers).isEmpty();
    }

    @Test
    void aContainerThatIsKilledFromOutsideEndsTheSessionWithAReason() throws Exception {
        Session session = rig.service.await(rig.service.start(address("ada"), Optional.empty()), LONG);

        rig.manager.tell(new Event.SessionExited(session.id(), "c", 137, false, Instant.now(), List.of("bye")));

        Session failed = rig.untilEnded(session);
        assertThat(failed.state()).isEqualTo(SessionState.FAILED);
        assertThat(failed.reason().code()).isEqualTo(Reason.Code.LOST);
        assertThat(failed.reason().text())
                .isEqualTo("Its container was stopped, killed or removed by something other than Carrel.");
        rig.reconciler.reconcile();
        assertThat(rig.table.table.get("ada--main.localhost").state()).isEqualTo("failed");
    }

    @Test
    void aServerShutDownFromInsideIsStoppedNotFailed() throws Exception {
        Session session = rig.service.await(rig.service.start(address("ada"), Optional.empty()), LONG);

        rig.manager.tell(new Event.SessionExited(session.id(), "c", 0, false, Instant.now(), List.of()));

        assertThat(rig.untilEnded(session).state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void oneServerUnderANameTooManyIsRefusedUntilOneIsStoppedAndRemoved() throws Exception {
        Session one = rig.service.await(rig.service.start(named("one"), Optional.empty()), LONG);
        rig.service.await(rig.service.start(named("two"), Optional.empty()), LONG);

        assertThat(rig.service.mayAdd(one.address().user())).isFalse();
        assertThatThrownBy(() -> rig.service.start(named("three"), Optional.empty()))
                .isInstanceOfSatisfying(
                        SessionFailure.class, e -> assertThat(e.kind()).isEqualTo(SessionFailure.Kind.TOO_MANY_NAMED))
                .hasMessageContaining("the maximum of 2 named servers");
        assertThat(rig.service.find(named("three"))).isEmpty();
        // The one without a name does not count.
        rig.service.await(rig.service.start(address("ada"), Optional.empty()), LONG);

        assertThatThrownBy(() -> rig.service.remove(named("one"))).isInstanceOf(SessionFailure.class);
        rig.service.await(rig.service.stop(named("one"), Reason.ADMIN), LONG);
        assertThat(rig.service.remove(named("one"))).isTrue();
        assertThat(rig.service.remove(named("one"))).isFalse();
        assertThat(rig.service
                        .await(rig.service.start(named("three"), Optional.empty()), LONG)
                        .state())
                .isEqualTo(SessionState.READY);
    }

    private static SessionAddress named(String server) {
        return new SessionAddress(UserName.of("ada"), new ServerName(server));
    }

    @Test
    void tooManyStartsAreRefused() {
        SessionRig small = new SessionRig(SessionRig.settings(1));
        small.store.put(SessionRig.session("bob", SessionState.STARTING));

        assertThatThrownBy(() -> small.service.start(address("ada"), Optional.empty()))
                .isInstanceOfSatisfying(
                        SessionFailure.class, e -> assertThat(e.kind()).isEqualTo(SessionFailure.Kind.TOO_MANY));
    }
}
