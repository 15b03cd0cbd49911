/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.DispatcherRig.Asked;
import dev.carrel.engine.call.FakeMachine.FakeWorker;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.WorkerId;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import dev.carrel.protocol.worker.WorkerPeer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FleetTest {
    private FleetRig rig = new FleetRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static FunctionVersion calc(long number) {
        return FleetRig.version("calc", number, 0, 3);
    }

    /** Loads, and never answers. */
    private static void busy(FakeWorker worker, ToWorker message) {
        if (!(message instanceof ToWorker.Call)) {
            FakeMachine.ordinary(worker, message);
        }
    }

    private static Outcome.Why why(Asked asked) {
        return ((Outcome.Refused) asked.outcome()).why();
    }

    @Test
    void aFirstCallStartsAWorkerThatIsToldWhatItIs() {
        rig.functions.secrets = Map.of("KEY", "s3cret");
        Asked asked = rig.call(calc(1));
        assertThat(asked.told()).isZero();

        rig.tick();

        assertThat(asked.outcome()).isInstanceOf(Outcome.Answered.class);
        FakeWorker worker = rig.machine.living().getFirst();
        ToWorker.Init init = worker.init();
        assertThat(init.owner() + "/" + init.function() + "/" + init.version()).isEqualTo("ada/calc/1");
        assertThat(init.environment()).containsEntry("KEY", "s3cret");
        assertThat(init.maxAnswer()).isEqualTo(1 << 20);
        assertThat(init.toString()).doesNotContain("s3cret");
    }

    @Test
    void noOneIsTakenForAWorkerByAWrongOrUsedToken() {
        rig.call(calc(1));
        rig.tick();
        FakeWorker worker = rig.machine.living().getFirst();
        FakeWorker stranger = rig.machine.new FakeWorker(WorkerId.random(), "");
        rig.machine.peers.put(stranger.peer, stranger);

        for (FromWorker message : List.of(
                new FromWorker.Hello(1, worker.token),
                new FromWorker.Hello(1, "guessed"),
                new FromWorker.Hello(2, worker.token),
                new FromWorker.Ready(List.of("main"), 1))) {
            rig.machine.peers.put(stranger.peer, stranger);
            stranger.heard.clear();
            stranger.say(message);
            rig.machine.settle();
            assertThat(stranger.heard)
                    .as(message.toString())
                    .hasOnlyElementsOfType(ToWorker.Refused.class)
                    .hasSize(1);
        }
        assertThat(rig.call(calc(1)).outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(stranger.heard).hasSize(1);
    }

    @Test
    void aTokenIsTooOldAfterAMinute() {
        rig.machine.silent = true;
        Asked asked = rig.call(calc(1));
        rig.tick();
        FakeWorker worker = rig.machine.living().getFirst();
        rig.now.addAndGet(Duration.ofSeconds(60).toNanos());

        worker.say(new FromWorker.Hello(1, worker.token));
        rig.machine.settle();

        assertThat(worker.heard).hasOnlyElementsOfType(ToWorker.Refused.class).hasSize(1);
        rig.tick();
        assertThat(why(asked)).isEqualTo(Outcome.Why.NO_WORKER);
    }

    @Test
    void workersComeAsCallsWaitAndGoWhenTheyAreIdle() {
        rig.machine.work = FleetTest::busy;
        FunctionVersion calc = calc(1);
        for (int i = 0; i < 5; i++) {
            rig.call(calc);
        }
        rig.tick();
        assertThat(rig.machine.living()).hasSize(3);
        rig.machine
                .given()
                .forEach(call -> rig.machine.workers.values().stream()
                        .filter(w -> w.heard.contains(call))
                        .forEach(w -> w.say(FakeCrew.answer(call.id(), "x", false))));
        rig.machine.work = FakeMachine::ordinary;
        rig.machine.settle();
        rig.machine
                .given()
                .forEach(call -> rig.machine.workers.values().stream()
                        .filter(w -> w.heard.contains(call))
                        .forEach(w -> w.say(FakeCrew.answer(call.id(), "x", false))));

        rig.pass(Duration.ofSeconds(50));
        assertThat(rig.machine.living()).hasSize(3);
        rig.pass(Duration.ofSeconds(15));

        assertThat(rig.machine.living()).isEmpty();
        assertThat(rig.fleet.size()).isZero();
    }

    @Test
    void theLeastNumberOfWorkersIsKept() {
        rig.functions.publish(FleetRig.version("calc", 1, 2, 3));

        rig.pass(Duration.ofSeconds(6));
        assertThat(rig.machine.living()).hasSize(2);
        rig.machine.living().getFirst().die(1, false);
        rig.pass(Duration.ofMinutes(2));

        assertThat(rig.machine.living()).hasSize(2);
    }

    @Test
    void aWorkerThatDoesNotSayByeIsRemovedAfterFiveSeconds() {
        rig.machine.work = (worker, message) -> {
            if (!(message instanceof ToWorker.Drain)) {
                FakeMachine.ordinary(worker, message);
            }
        };
        rig.call(calc(1));
        rig.tick();
        rig.pass(Duration.ofSeconds(61));
        assertThat(rig.machine.living()).hasSize(1);

        rig.pass(Duration.ofSeconds(6));

        assertThat(rig.machine.living()).isEmpty();
    }

    @Test
    void callsOfAWorkerThatIsKilledAreToldWhy() {
        rig.machine.work = FleetTest::busy;
        Asked asked = rig.call(calc(1));
        rig.tick();

        rig.machine.living().getFirst().die(137, true);

        assertThat(((Outcome.Died) asked.outcome()).how()).contains("memory");
        assertThat(rig.machine.commands(Command.RemoveWorker.class)).hasSize(1);
    }

    @Test
    void aConnectionThatBreaksOffWaitsForTheManagersWord() throws Exception {
        rig.machine.work = FleetTest::busy;
        Asked asked = rig.call(calc(1));
        rig.tick();
        FakeWorker worker = rig.machine.living().getFirst();
        Thread losing = Thread.ofVirtual().start(() -> rig.fleet.lost(worker.peer));
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (rig.desks.all().getFirst().state(rig.now.get()).ready() > 0) {
            assertThat(System.nanoTime()).isLessThan(until);
        }
        assertThat(asked.told()).isZero();

        worker.die(137, true);

        assertThat(((Outcome.Died) asked.outcome()).how()).contains("memory");
        losing.join();
        assertThat(asked.told()).isEqualTo(1);
    }

    @Test
    void aConnectionThatBreaksOffEndsItsCallsInAnyCase() {
        rig.machine.work = FleetTest::busy;
        Asked asked = rig.call(calc(1));
        rig.tick();

        rig.fleet.lost(rig.machine.living().getFirst().peer);

        assertThat(((Outcome.Died) asked.outcome()).how()).contains("broke off");
    }

    @Test
    void codeThatDoesNotLoadPausesTheFunctionAndTheOwnerCanReadWhy() {
        rig.machine.work = (worker, message) -> {
            if (message instanceof ToWorker.Init) {
                worker.say(new FromWorker.Unfit("SyntaxError: invalid syntax", "line 1"));
            }
        };
        Asked asked = rig.call(calc(1));

        rig.tick();

        assertThat(why(asked)).isEqualTo(Outcome.Why.PAUSED);
        assertThat(((Outcome.Refused) asked.outcome()).detail()).contains("SyntaxError", "line 1");
        assertThat(rig.journals.of(calc(1).function()).lines(0))
                .extracting(Journal.Line::text)
                .contains("SyntaxError: invalid syntax");
        rig.pass(Duration.ofSeconds(9));
        assertThat(rig.machine.commands(Command.StartWorker.class)).hasSize(1);
    }

    @Test
    void codeThatTakesForeverToLoadIsUnfit() {
        rig.machine.work = (_, _) -> {};
        rig.call(calc(1));
        rig.tick();

        rig.pass(Duration.ofSeconds(31));

        assertThat(why(rig.call(calc(1)))).isEqualTo(Outcome.Why.PAUSED);
    }

    @Test
    void aMachineThatCannotIsTriedAgainAndTheCallWaits() {
        rig.machine.failure = new CommandFailure(FailureCode.DOCKER_UNAVAILABLE, "the Docker engine does not answer");
        Asked asked = rig.call(calc(1));
        rig.tick();
        rig.tick();
        assertThat(rig.machine.commands(Command.StartWorker.class)).hasSize(1);
        assertThat(asked.told()).isZero();

        rig.machine.failure = null;
        rig.pass(Duration.ofSeconds(2));

        assertThat(asked.outcome()).isInstanceOf(Outcome.Answered.class);
    }

    @Test
    void anImageThatIsNotAllowedIsToldAtOnce() {
        rig.machine.failure = new CommandFailure(FailureCode.IMAGE_NOT_ALLOWED, "image: \"x\" (expected: default)");
        Asked asked = rig.call(calc(1));

        rig.tick();

        assertThat(((Outcome.Refused) asked.outcome()).detail()).contains("image: \"x\"");
    }

    @Test
    void aWorkerThatFallsSilentIsReplaced() {
        rig.functions.publish(FleetRig.version("calc", 1, 1, 3));
        rig.pass(Duration.ofSeconds(6));
        FakeWorker first = rig.machine.living().getFirst();
        rig.machine.peers.remove(first.peer);
        long start = rig.now.get();
        while (rig.machine.workers.containsKey(first.id)
                && rig.now.get() - start < Duration.ofSeconds(30).toNanos()) {
            rig.now.addAndGet(Duration.ofSeconds(1).toNanos());
            rig.machine.living().stream().filter(w -> w != first).forEach(w -> w.say(new FromWorker.Beat()));
            rig.tick();
        }

        rig.tick();

        assertThat(rig.machine.living()).hasSize(1).doesNotContain(first);
    }

    @Test
    void aBlankCellIsReadyForTheNextFunctionAndNoOneGetsOneThatHasServedAnother() {
        rig.close();
        rig = new FleetRig(FleetRig.settings(64, 1));
        rig.call(calc(1));
        rig.tick();
        assertThat(rig.machine.living()).hasSize(1);
        rig.pass(Duration.ofSeconds(3));
        assertThat(rig.machine.living()).hasSize(2);
        int starts = rig.machine.commands(Command.StartWorker.class).size();

        Asked other = rig.call(FleetRig.version("other", 1, 0, 3));
        rig.tick();

        assertThat(other.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(rig.machine.commands(Command.StartWorker.class)).hasSize(starts);
        assertThat(rig.machine.living())
                .allSatisfy(w -> assertThat(w.heard.stream().filter(ToWorker.Init.class::isInstance))
                        .hasSizeLessThanOrEqualTo(1));
        rig.pass(Duration.ofSeconds(3));
        assertThat(rig.machine.living()).hasSize(3);
    }

    @Test
    void withoutCallsThereIsNoCellAndNoNetwork() {
        rig.close();
        rig = new FleetRig(FleetRig.settings(64, 1));
        rig.pass(Duration.ofSeconds(20));

        assertThat(rig.machine.commands).hasOnlyElementsOfType(Command.ListWorkers.class);
    }

    @Test
    void anotherOwnersIdleWorkerMakesRoomWhenTheMachineIsFull() {
        rig.close();
        rig = new FleetRig(FleetRig.settings(1, 1));
        rig.call(calc(1));
        rig.tick();
        FakeWorker first = rig.machine.living().getFirst();

        Asked other = rig.call(FleetRig.version("other", 1, 0, 3));
        rig.tick();

        assertThat(other.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(rig.machine.living()).hasSize(1).doesNotContain(first);
    }

    @Test
    void aBusyWorkerNeverMakesRoom() {
        rig.close();
        rig = new FleetRig(FleetRig.settings(1, 0));
        rig.machine.work = FleetTest::busy;
        Asked first = rig.call(calc(1));
        rig.tick();
        Asked other = rig.call(FleetRig.version("other", 1, 0, 3));
        rig.tick();

        assertThat(first.told() + other.told()).isZero();
        assertThat(rig.machine.living()).hasSize(1);
    }

    @Test
    void containersThatNobodyKnowsAreRemovedAndThoseThatAreGoneAreNoticed() {
        FakeWorker stranger = rig.machine.new FakeWorker(WorkerId.random(), "");
        rig.machine.workers.put(stranger.id, stranger);
        rig.machine.work = FleetTest::busy;
        Asked asked = rig.call(calc(1));
        rig.tick();
        assertThat(rig.machine.workers).doesNotContainKey(stranger.id);
        FakeWorker worker = rig.machine.living().getFirst();
        // Without a word.
        rig.machine.workers.remove(worker.id);

        rig.pass(Duration.ofSeconds(6));

        assertThat(asked.outcome()).isInstanceOf(Outcome.Died.class);
    }

    @Test
    void whatAHandlerPrintsIsKeptWithItsCall() {
        rig.machine.work = FleetTest::busy;
        rig.call(calc(1));
        rig.tick();
        FakeWorker worker = rig.machine.living().getFirst();
        worker.say(new FromWorker.Log(rig.machine.given().getFirst().id(), "one\ntwo\n"));
        worker.say(new FromWorker.Log(null, "three"));
        rig.machine.settle();

        assertThat(rig.journals.of(calc(1).function()).lines(0))
                .extracting(line -> line.call() + " " + line.text())
                .containsExactly("c0 one", "c0 two", " three");
    }

    @Test
    void anOddMessageBreaksNothing() {
        rig.call(calc(1));
        rig.tick();
        rig.machine.say(new WorkerPeer(999), new FromWorker.Beat());
        rig.machine.living().getFirst().say(new FromWorker.Chunk("none", new byte[1]));
        rig.machine.settle();

        assertThat(rig.call(calc(1)).outcome()).isInstanceOf(Outcome.Answered.class);
    }
}
