/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.FakeClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions end that nobody uses, after they were told so; those in which something runs, or of which nobody knows, do not. */
class LifetimesTest {
    private static final Duration IDLE = Duration.ofHours(1);
    private static final Duration WARNING = Duration.ofMinutes(5);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String HOST = "ada--main.localhost";

    private final FakeClock clock = new FakeClock(Instant.now());
    private long ticks;
    private TinyServer server;
    private SessionRig rig;
    private Lifetimes lifetimes;

    /** Lets time pass for all clocks. */
    private void advance(Duration time) {
        clock.pass(time);
        ticks += time.toNanos();
    }

    @BeforeEach
    void aRunningSession() throws Exception {
        server = new TinyServer(200);
        kernels("");
        server.answer("/user/ada/api/terminals", 200, "[]");
        limits(IDLE, Duration.ZERO);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void limits(Duration idle, Duration age) throws Exception {
        SessionSettings settings = SessionRig.settings(100, idle, age, WARNING);
        rig = new SessionRig(settings);
        rig.manager.port = server.port();
        rig.reconciler.reconcile();
        rig.service.await(rig.service.start(SessionRig.address("ada"), Optional.empty()), Duration.ofSeconds(20));
        used();
        lifetimes = engine(settings);
    }

    private Lifetimes engine(SessionSettings settings) {
        return new Lifetimes(
                rig.service,
                rig.routes,
                rig.planned,
                new UsageProbe(rig.manager),
                settings,
                clock,
                () -> ticks,
                Runnable::run,
                new SimpleMeterRegistry());
    }

    /** Somebody uses it just now, as the router tells. */
    private void used() {
        rig.table.lastUse.put(HOST, clock.instant().toString());
    }

    private void kernels(String state) {
        server.answer(
                "/user/ada/api/kernels",
                200,
                state.isEmpty()
                        ? "[]"
                        : "[{\"id\":\"k\",\"execution_state\":\"" + state + "\",\"last_activity\":\"" + clock.instant()
                                + "\"}]");
    }

    private void look() throws Exception {
        lifetimes.look(rig.store.living(), rig.table.list(), "localhost");
    }

    /** Time passes, with a look every half a minute. */
    private void pass(Duration time) throws Exception {
        for (Duration left = time; left.isPositive(); left = left.minusSeconds(30)) {
            advance(Duration.ofSeconds(30));
            look();
        }
    }

    private Session ada() {
        return rig.store.latest(SessionRig.address("ada")).orElseThrow();
    }

    private boolean runs() {
        return ada().state() == SessionState.READY;
    }

    private Optional<Routes.End> told() {
        return Optional.ofNullable(rig.table.table.get(HOST).ends());
    }

    @Test
    void whatNobodyUsesIsToldSoFiveMinutesBeforeAndThenEnds() throws Exception {
        pass(Duration.ofMinutes(54));
        assertThat(told()).isEmpty();
        assertThat(server.asked).as("nobody is asked in vain").noneMatch(asked -> asked.contains("/api/kernels"));

        pass(MINUTE.multipliedBy(3));
        Routes.End end = told().orElseThrow();
        assertThat(end.code()).isEqualTo("idle");
        assertThat(end.text()).startsWith("Nobody has used it for a while").contains("1 hour");
        assertThat(Duration.between(clock.instant(), Instant.parse(end.at())))
                .isBetween(MINUTE.multipliedBy(2), WARNING);
        assertThat(rig.service.plannedEnd(ada())).isPresent();
        assertThat(runs()).isTrue();

        pass(WARNING);
        assertThat(rig.untilEnded(ada()).reason())
                .isEqualTo(new Reason(Reason.Code.IDLE, "Nobody used it for 1 hour."));
        assertThat(told()).isEmpty();
        assertThat(rig.table.table.get(HOST).reason().code()).isEqualTo(Reason.Code.IDLE);
    }

    @Test
    void aRunningCellIsUseHoweverLongItTakesAndTheHourBeginsWithItsEnd() throws Exception {
        kernels("busy");
        pass(Duration.ofHours(9));
        assertThat(told()).isEmpty();

        kernels("idle");
        pass(Duration.ofMinutes(54));
        assertThat(told()).isEmpty();
        pass(MINUTE.multipliedBy(3));
        assertThat(told()).isPresent();
    }

    @Test
    void aComputationInATerminalThatSaysNothingIsUse() throws Exception {
        rig.manager.cpuNanos = 0;
        for (int at = 0; at < 200; at++) {
            // Far more than the tenth of a core that would do: the probe reads the machine's own clock.
            rig.manager.cpuNanos = Duration.ofHours(at).toNanos();
            advance(MINUTE);
            look();
        }
        assertThat(told()).isEmpty();
        assertThat(runs()).isTrue();
    }

    @Test
    void aTerminalThatSaysSomethingIsUse() throws Exception {
        for (int at = 0; at < 100; at++) {
            server.answer(
                    "/user/ada/api/terminals", 200, "[{\"name\":\"1\",\"last_activity\":\"" + clock.instant() + "\"}]");
            advance(MINUTE);
            look();
        }
        assertThat(told()).isEmpty();
    }

    @Test
    void whatCannotBeAskedIsNotIdle() throws Exception {
        server.answer("/user/ada/api/kernels", 500, "broken");
        pass(Duration.ofHours(3));
        assertThat(told()).isEmpty();

        kernels("");
        rig.manager.connected = false;
        pass(Duration.ofHours(3));
        assertThat(told()).isEmpty();

        rig.manager.connected = true;
        pass(MINUTE.multipliedBy(3));
        assertThat(told()).isPresent();
    }

    @Test
    void whatTheRouterDoesNotKnowIsNotEnded() throws Exception {
        pass(MINUTE.multipliedBy(57));
        assertThat(told()).isPresent();

        for (int at = 0; at < 20; at++) {
            advance(MINUTE);
            lifetimes.look(rig.store.living(), java.util.Map.of(), "localhost");
        }
        assertThat(runs()).isTrue();
    }

    @Test
    void useDuringTheWarningKeepsItForAnotherHour() throws Exception {
        pass(MINUTE.multipliedBy(58));
        assertThat(told()).isPresent();

        used();
        look();

        assertThat(told()).isEmpty();
        pass(MINUTE.multipliedBy(54));
        assertThat(told()).isEmpty();
        assertThat(runs()).isTrue();
    }

    @Test
    void aCellThatBeginsToRunDuringTheWarningKeepsIt() throws Exception {
        pass(MINUTE.multipliedBy(58));
        assertThat(told()).isPresent();

        kernels("busy");
        pass(WARNING);

        assertThat(told()).isEmpty();
        assertThat(runs()).isTrue();
    }

    @Test
    void useThatAProgramReportsCounts() throws Exception {
        pass(MINUTE.multipliedBy(50));
        assertThat(rig.store.update(ada().usedAt(clock.instant()))).isTrue();
        pass(MINUTE.multipliedBy(54));

        assertThat(told()).isEmpty();
    }

    @Test
    void whatIsNoJupyterIsJudgedByItsTrafficAlone() throws Exception {
        server.answer("/user/ada/api/kernels", 404, "");
        for (int at = 0; at < 100; at++) {
            rig.table.lastActivity.put(HOST, clock.instant().toString());
            advance(MINUTE);
            look();
        }
        assertThat(told()).isEmpty();

        pass(MINUTE.multipliedBy(58));
        assertThat(told()).isPresent();
    }

    @Test
    void atTheEndOfItsTimeItEndsWhateverRuns() throws Exception {
        limits(Duration.ZERO, Duration.ofHours(8));
        kernels("busy");
        pass(Duration.ofHours(8).minus(MINUTE.multipliedBy(6)));
        assertThat(told()).isEmpty();

        pass(MINUTE.multipliedBy(2));
        used();
        look();
        assertThat(told().orElseThrow().code()).isEqualTo("out-of-time");

        pass(WARNING);
        assertThat(rig.untilEnded(ada()).reason().code()).isEqualTo(Reason.Code.OUT_OF_TIME);
    }

    @Test
    void anEngineThatComesBackWarnsBeforeItEndsAnything() throws Exception {
        advance(Duration.ofDays(3));
        rig.planned.clear();
        lifetimes = engine(SessionRig.settings(100, IDLE, Duration.ofHours(8), WARNING));

        pass(WARNING.minus(MINUTE));
        assertThat(told()).isPresent();
        assertThat(runs()).isTrue();

        pass(MINUTE.multipliedBy(3));
        assertThat(runs()).isFalse();
    }

    @Test
    void aMachineThatSleptOrAClockThatWasSetTellsNothingOfPeople() throws Exception {
        pass(MINUTE.multipliedBy(57));
        assertThat(told()).isPresent();

        clock.pass(Duration.ofHours(8));
        pass(MINUTE.multipliedBy(50));

        assertThat(runs()).isTrue();
        assertThat(rig.service.plannedEnd(ada())).isEmpty();
    }

    @Test
    void ofManyThatAreIdleAFewEndAtATime() throws Exception {
        for (int at = 0; at < 19; at++) {
            String user = "user" + at;
            rig.service.await(rig.service.start(SessionRig.address(user), Optional.empty()), Duration.ofSeconds(20));
            server.answer("/user/" + user + "/api/kernels", 200, "[]");
            server.answer("/user/" + user + "/api/terminals", 404, "");
            rig.table.lastUse.put(user + "--main.localhost", clock.instant().toString());
        }
        rig.manager.holdStops();

        pass(Duration.ofMinutes(61));
        long first = rig.store.living().stream()
                .filter(session -> session.state() == SessionState.STOPPING)
                .count();
        look();
        look();
        look();

        assertThat(first).isBetween(1L, 16L);
        assertThat(rig.store.living()).allMatch(session -> session.state() == SessionState.STOPPING);
        rig.manager.letStops();
    }
}
