/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.deferred.DeferredCall.State;
import dev.carrel.engine.deferred.DeferredRig.Attempt;
import dev.carrel.engine.deferred.DeferredRig.Engine;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who runs a call, how often, and what is kept of it, while workers and engines come and go. */
class DeferredRunnerTest {
    @TempDir
    Path folder;

    private DeferredRig rig;
    private Engine engine;

    @BeforeEach
    void open() {
        rig = new DeferredRig(folder, 4);
        engine = rig.engine("house");
    }

    @AfterEach
    void close() {
        engine.kill();
        rig.close();
    }

    private State state(String id) {
        return rig.call(id).progress().state();
    }

    @Test
    void aCallRunsAndItsResultIsKept() {
        rig.add("one", DeferredRig.ADA);
        assertThat(state("one")).isEqualTo(State.WAITING);

        engine.look();
        assertThat(state("one")).isEqualTo(State.RUNNING);
        engine.end(engine.of("one"), DeferredRig.answer("42"));

        assertThat(state("one")).isEqualTo(State.DONE);
        assertThat(rig.result("one")).contains("42");
        assertThat(rig.metrics
                        .get("carrel.function.async")
                        .tag("state", "done")
                        .timer()
                        .count())
                .isEqualTo(1);
        engine.look();
        assertThat(engine.attempts).hasSize(1);
    }

    @Test
    void anEngineWithoutRoomLeavesACallToOthersButNotForLong() {
        rig.add("one", DeferredRig.ADA);
        engine.crowded = true;
        engine.look();
        assertThat(engine.open()).isEmpty();
        Engine other = rig.engine("other house");
        other.look();
        assertThat(other.open()).hasSize(1);
        other.end(other.of("one"), DeferredRig.answer("42"));
        other.kill();

        rig.add("two", DeferredRig.ADA);
        engine.look();
        assertThat(engine.open()).isEmpty();
        rig.clock.pass(Duration.ofSeconds(5));
        engine.look();
        assertThat(engine.open()).hasSize(1);
    }

    @Test
    void anAttemptWhoseWorkerDiedIsRepeatedSoManyTimes() {
        rig.add("one", DeferredRig.ADA);
        for (int attempt = 1; attempt <= DeferredRig.ATTEMPTS; attempt++) {
            engine.look();
            engine.end(engine.of("one"), new Unattended.Broken(DeferredRig.failure("function.worker-died")));
            rig.clock.pass(Duration.ofSeconds(30));
        }
        engine.look();

        assertThat(engine.attempts).hasSize(DeferredRig.ATTEMPTS);
        assertThat(state("one")).isEqualTo(State.FAILED);
        assertThat(rig.call("one").end()).satisfies(end -> {
            assertThat(end.status()).isEqualTo(502);
            assertThat(end.code()).isEqualTo("function.worker-died");
        });
    }

    @Test
    void thePauseBeforeARepetitionIsKept() {
        rig.add("one", DeferredRig.ADA);
        engine.look();
        engine.end(engine.of("one"), new Unattended.Broken(DeferredRig.failure("function.worker-died")));

        engine.look();
        assertThat(engine.open()).isEmpty();
        rig.clock.pass(Duration.ofSeconds(1));
        engine.look();
        assertThat(engine.open()).hasSize(1);
    }

    @Test
    void aDatabaseThatDoesNotAnswerCostsNoAttempt() {
        rig.add("one", DeferredRig.ADA);
        engine.seen.mute = true;
        for (int time = 0; time < 2 * DeferredRig.ATTEMPTS; time++) {
            engine.runner.look();
            DeferredRig.await(() -> engine.runner.runs() == 0);
            // Long enough to be due again, and together shorter than the patience there is.
            rig.clock.pass(DeferredRig.PATIENCE.dividedBy(3 * DeferredRig.ATTEMPTS));
        }
        assertThat(state("one")).isEqualTo(State.WAITING);
        assertThat(rig.call("one").progress().attempts()).isZero();
        engine.seen.mute = false;

        engine.look();
        engine.end(engine.of("one"), DeferredRig.answer("42"));

        assertThat(rig.result("one")).contains("42");
    }

    @Test
    void anEngineThatStopsClaimsNothingMoreAndLeavesWhatRanToTheNext() throws Exception {
        rig.add("one", DeferredRig.ADA);
        engine.look();
        engine.runner.stop();
        rig.add("two", DeferredRig.ADA);
        engine.runner.look();

        assertThat(engine.runner.runs()).isZero();
        assertThat(state("one")).isEqualTo(State.WAITING);
        assertThat(state("two")).isEqualTo(State.WAITING);
        assertThat(rig.call("one").progress().attempts()).isZero();
    }

    @Test
    void aHandlerThatRaisesIsAnAnswer() {
        rig.add("one", DeferredRig.ADA);
        engine.look();
        engine.end(engine.of("one"), Unattended.Final.refused(422, "function.raised", "ValueError", "at line 1"));
        rig.clock.pass(Duration.ofMinutes(1));
        engine.look();

        assertThat(engine.attempts).hasSize(1);
        assertThat(state("one")).isEqualTo(State.FAILED);
        assertThat(rig.store.result(rig.call("one")).orElseThrow().detail()).isEqualTo("at line 1");
    }

    @Test
    void whatFindsNoWorkerWaitsAndFailsWhenThatTakesTooLong() {
        rig.add("one", DeferredRig.ADA);
        Duration waited = Duration.ZERO;
        while (state("one") == State.WAITING) {
            engine.look();
            if (!engine.open().isEmpty()) {
                engine.end(
                        engine.of("one"),
                        new Unattended.Postponed(Duration.ofSeconds(2), DeferredRig.failure("function.no-worker")));
            }
            rig.clock.pass(Duration.ofSeconds(1));
            waited = waited.plusSeconds(1);
        }

        assertThat(waited).isBetween(DeferredRig.PATIENCE, DeferredRig.PATIENCE.plusSeconds(35));
        assertThat(engine.attempts).hasSizeBetween(8, 60);
        assertThat(rig.call("one").end())
                .satisfies(end -> assertThat(end.code()).isEqualTo("function.no-worker"));
    }

    @Test
    void whatAKilledEngineWasAtIsTakenOverWhenItsTimeIsOver() {
        rig.add("one", DeferredRig.ADA);
        engine.look();
        Engine other = rig.engine("other house");
        other.look();
        assertThat(other.open()).isEmpty();

        engine.kill();
        rig.restartDatabase();
        rig.clock.pass(DeferredRunner.LEASE.minusMillis(1));
        other.look();
        assertThat(other.open()).isEmpty();
        rig.clock.pass(Duration.ofMillis(1));
        other.look();
        other.end(other.of("one"), DeferredRig.answer("second"));

        assertThat(rig.result("one")).contains("second");
        assertThat(rig.call("one").progress().attempts()).isEqualTo(2);
    }

    @Test
    void theNextEngineOfAnInstallationTakesOverAtOnce() {
        rig.add("one", DeferredRig.ADA);
        engine.look();
        engine.kill();

        Engine next = rig.engine("house");
        next.runner.inherit();
        next.look();

        assertThat(next.open()).hasSize(1);
        next.kill();
    }

    @Test
    void aCallAtWhichEveryEngineDiesIsGivenUp() {
        rig.add("one", DeferredRig.ADA);
        for (int attempt = 0; attempt < DeferredRig.ATTEMPTS; attempt++) {
            Engine poor = rig.engine("house");
            poor.look();
            assertThat(poor.open()).hasSize(1);
            poor.kill();
            rig.clock.pass(DeferredRunner.LEASE);
        }
        engine.look();

        assertThat(engine.attempts).isEmpty();
        assertThat(rig.call("one").end())
                .satisfies(end -> assertThat(end.code()).isEqualTo("function.engine-gone"));
    }

    @Test
    void whoeverHangsForTooLongLosesTheCallAndItsResultIsDropped() {
        rig.add("one", DeferredRig.ADA);
        engine.look();
        Attempt slow = engine.of("one");
        rig.clock.pass(DeferredRunner.LEASE);
        Engine other = rig.engine("other house");
        other.look();
        other.end(other.of("one"), DeferredRig.answer("other"));

        engine.end(slow, DeferredRig.answer("slow"));

        assertThat(rig.result("one")).contains("other");
        assertThat(rig.recorded).containsExactly("one");
    }

    @Test
    void whoeverRunsPutsItsTimeOffAndCallsOffWhatIsNotItsOwnAnyMore() {
        rig.add("one", DeferredRig.ADA);
        rig.add("two", DeferredRig.ADA);
        engine.look();
        Attempt cancelled = engine.of("two");
        rig.clock.pass(Duration.ofSeconds(15));
        rig.store.remove(rig.call("two"));

        engine.runner.renew();

        assertThat(cancelled.result()).isCompletedWithValueMatching(Unattended.CalledOff.class::isInstance);
        rig.clock.pass(Duration.ofSeconds(15));
        Engine other = rig.engine("other house");
        other.look();
        assertThat(other.open()).isEmpty();
        engine.end(engine.of("one"), DeferredRig.answer("still mine"));
        assertThat(rig.result("one")).contains("still mine");
        assertThat(rig.store.find("two")).isEmpty();
    }

    @Test
    void anEngineThatStopsGivesBackWhatItIsAt() throws Exception {
        rig.add("one", DeferredRig.ADA);
        engine.look();

        engine.runner.stop();

        assertThat(state("one")).isEqualTo(State.WAITING);
        assertThat(rig.call("one").progress().attempts()).isZero();
        Engine next = rig.engine("house");
        next.look();
        assertThat(next.open()).hasSize(1);
        next.kill();
    }

    @Test
    void oneOwnersCallsLeaveRoomForOthers() {
        for (int i = 0; i < 10; i++) {
            rig.add("ada" + i, DeferredRig.ADA);
        }
        rig.add("bob", DeferredRig.BOB);

        engine.look();

        assertThat(engine.open()).extracting(Attempt::id).hasSize(3).contains("bob");
        engine.end(engine.open().getFirst(), DeferredRig.answer(""));
        engine.look();
        assertThat(engine.open()).hasSize(3);
    }
}
