/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.DispatcherRig.Asked;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From one version to the next. */
class SwitchTest {
    private final FleetRig rig = new FleetRig();
    private final FunctionVersion first = FleetRig.version("calc", 1, 0, 3);
    private final FunctionVersion second = FleetRig.version("calc", 2, 0, 3);
    private boolean held;

    /** Of which version the worker is that was given a call; 0 for none. */
    private long servedBy(Asked asked) {
        return rig.machine.workers.values().stream()
                .filter(w ->
                        w.heard.stream().anyMatch(m -> m instanceof ToWorker.Call c && c.id().equals(asked.call.id)))
                .mapToLong(w -> w.init().version())
                .findFirst()
                .orElse(0);
    }

    @BeforeEach
    void serveTheFirst() {
        rig.machine.work = (worker, message) -> {
            boolean loadsLater = held && message instanceof ToWorker.Init init && init.version() == 2;
            if (!loadsLater) {
                FakeMachine.ordinary(worker, message);
            }
        };
        rig.call(first);
        rig.tick();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void theFormerVersionServesUntilTheNextHasAWorker() {
        held = true;
        Asked meanwhile = rig.call(second);
        assertThat(meanwhile.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(servedBy(meanwhile)).isEqualTo(1);
        rig.tick();
        assertThat(servedBy(rig.call(second))).isEqualTo(1);

        rig.machine.living().stream()
                .filter(w -> w.init().version() == 2)
                .forEach(w -> w.say(new FromWorker.Ready(java.util.List.of("main"), 1)));
        rig.machine.settle();
        rig.tick();

        Asked after = rig.call(second);
        assertThat(after.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(servedBy(after)).isEqualTo(2);
        rig.pass(Duration.ofSeconds(2));
        assertThat(rig.machine.living()).hasSize(1);
    }

    @Test
    void aNextVersionThatCannotBeLoadedIsWhatWasAskedFor() {
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Init init && init.version() == 2) {
                worker.say(new FromWorker.Unfit("SyntaxError", ""));
            } else {
                FakeMachine.ordinary(worker, message);
            }
        };
        rig.call(second);
        rig.tick();
        rig.tick();

        Asked after = rig.call(second);

        assertThat(((Outcome.Refused) after.outcome()).why()).isEqualTo(Outcome.Why.PAUSED);
    }

    @Test
    void aNextVersionThatDoesNotComeUpTakesOverAfterHalfAMinute() {
        held = true;
        rig.call(second);
        rig.pass(Duration.ofSeconds(25));
        assertThat(servedBy(rig.call(second))).isEqualTo(1);

        rig.pass(Duration.ofSeconds(6));

        assertThat(servedBy(rig.call(second))).isZero();
    }

    @Test
    void callsThatAreUnderWayAtTheSwitchAreFinishedByTheirs() {
        rig.machine.work = (worker, message) -> {
            if (!(message instanceof ToWorker.Call) || worker.init().version() == 2) {
                FakeMachine.ordinary(worker, message);
            }
        };
        Asked slow = rig.call(first);
        rig.desks.active(second, rig.now.get());
        rig.tick();
        rig.tick();
        assertThat(servedBy(rig.call(second))).isEqualTo(2);
        rig.pass(Duration.ofSeconds(3));
        assertThat(slow.told()).isZero();

        rig.machine.living().stream()
                .filter(w -> w.init().version() == 1)
                .forEach(w -> w.say(FakeCrew.answer(slow.call.id, "x", false)));
        rig.machine.settle();

        assertThat(slow.outcome()).isInstanceOf(Outcome.Answered.class);
        rig.pass(Duration.ofSeconds(2));
        assertThat(rig.machine.living()).allMatch(w -> w.init().version() == 2);
    }

    @Test
    void aVersionThatIsNamedIsServedBesideTheActiveOne() {
        rig.call(second);
        rig.tick();
        rig.tick();
        Asked named = new Asked(rig.now.get(), Duration.ofDays(1), "named");
        rig.desks.named(first).submit(named.call, rig.now.get());
        rig.tick();

        assertThat(named.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(servedBy(named)).isEqualTo(1);
        assertThat(servedBy(rig.call(second))).isEqualTo(2);
    }

    @Test
    void otherSecretsMeanOtherWorkers() {
        rig.functions.secrets = java.util.Map.of("KEY", "new");
        rig.desks.renew(first, rig.now.get());
        rig.tick();
        rig.tick();
        rig.pass(Duration.ofSeconds(2));

        assertThat(rig.machine.living())
                .hasSize(1)
                .allMatch(w -> w.init().environment().containsValue("new"));
    }

    @Test
    void whatIsDeletedIsDrained() {
        rig.desks.close(first.function(), rig.now.get());

        rig.pass(Duration.ofSeconds(2));

        assertThat(rig.machine.living()).isEmpty();
        rig.pass(Duration.ofSeconds(61));
        assertThat(rig.desks.all()).isEmpty();
    }
}
