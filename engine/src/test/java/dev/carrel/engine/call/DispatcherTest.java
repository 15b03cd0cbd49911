/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.DispatcherRig.Asked;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DispatcherTest {
    private static Outcome.Why why(Asked asked) {
        return ((Outcome.Refused) asked.outcome()).why();
    }

    @Test
    void aCallGoesToAnIdleWorkerAndItsAnswerBack() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);

        Asked asked = rig.submit();
        assertThat(asked.told()).isZero();
        rig.crew.answer(worker, "3.0");

        Outcome.Answered answered = (Outcome.Answered) asked.outcome();
        assertThat(new String(answered.answer().body(), StandardCharsets.UTF_8)).isEqualTo("3.0");
        assertThat(asked.call.cold).isFalse();
    }

    @Test
    void aCallWithoutWorkersWaitsAndAsksForOne() {
        DispatcherRig rig = DispatcherRig.of(1, 5);

        Asked asked = rig.submit();
        assertThat(rig.crew.wanted).hasValue(1);
        assertThat(rig.dispatcher.lacking(0, rig.crew.now)).isEqualTo(1);
        Worker worker = rig.crew.start();
        assertThat(rig.dispatcher.lacking(0, rig.crew.now)).isZero();
        rig.dispatcher.ready(worker, new FromWorker.Ready(List.of("main", "add"), 1), rig.crew.now);
        rig.crew.answer(worker, "x");

        assertThat(asked.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(asked.call.cold).isTrue();
        assertThat(rig.dispatcher.handlers()).containsExactly("main", "add");
    }

    @Test
    void noWorkerIsSentMoreThanItsCreditsAndNoneMoreThanTheVersionSays() {
        DispatcherRig rig = DispatcherRig.of(2, 5);
        Worker modest = rig.crew.ready(1);
        Worker greedy = rig.crew.ready(100);
        for (int i = 0; i < 5; i++) {
            rig.submit();
        }

        assertThat(rig.crew.given.get(modest)).hasSize(1);
        assertThat(rig.crew.given.get(greedy)).hasSize(2);
        assertThat(rig.dispatcher.state(rig.crew.now).waiting()).isEqualTo(2);
    }

    @Test
    void theLeastLoadedComesFirstAndOfThemTheOneThatWasUsedLast() {
        DispatcherRig rig = DispatcherRig.of(2, 5);
        Worker first = rig.crew.ready(2);
        Worker second = rig.crew.ready(2);

        rig.submit();
        assertThat(rig.crew.given.get(second)).hasSize(1);
        rig.submit();
        assertThat(rig.crew.given.get(first)).hasSize(1);
        rig.crew.answer(first, "x");
        rig.submit();

        assertThat(rig.crew.given.get(first)).hasSize(1);
        assertThat(rig.crew.given.get(second)).hasSize(1);
    }

    @Test
    void waitingCallsKeepTheirOrder() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);
        List<Asked> asked = List.of(rig.submit(), rig.submit(), rig.submit());

        for (Asked each : asked) {
            assertThat(rig.crew.call(worker).id()).isEqualTo(each.call.id);
            rig.crew.answer(worker, "x");
        }
    }

    @Test
    void aFullQueueRefusesAtOnce() {
        DispatcherRig rig = DispatcherRig.of(1, 1);
        rig.crew.ready(1);
        rig.submit();
        Asked waits = rig.submit();

        Asked refused = rig.submit();

        assertThat(why(refused)).isEqualTo(Outcome.Why.FULL);
        assertThat(((Outcome.Refused) refused.outcome()).retryAfter()).isPositive();
        assertThat(waits.told()).isZero();
    }

    @Test
    void aCallThatNoWorkerTakesInTimeIsRefusedWithTheReason() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Asked asked = rig.submit();
        rig.crew.die(rig.crew.start(), Ending.Cause.MACHINE);

        rig.pass(DispatcherRig.START_LIMIT.minusMillis(1));
        assertThat(asked.told()).isZero();
        rig.pass(Duration.ofMillis(1));

        assertThat(why(asked)).isEqualTo(Outcome.Why.NO_WORKER);
        assertThat(((Outcome.Refused) asked.outcome()).detail()).isEqualTo("exit code 1");
    }

    @Test
    void theCallersOwnTimeEndsACallThatWaits() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Asked asked = rig.submit(Duration.ofMillis(500));

        rig.pass(Duration.ofMillis(500));

        assertThat(asked.outcome()).isInstanceOf(Outcome.CallerTimeout.class);
        assertThat(rig.dispatcher.state(rig.crew.now).waiting()).isZero();
    }

    @Test
    void theCallersOwnTimeEndsACallThatRunsAndTheWorkerStays() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);
        Asked asked = rig.submit(Duration.ofMillis(500));
        String id = asked.call.id;
        Asked next = rig.submit();

        rig.pass(Duration.ofMillis(500));
        assertThat(asked.outcome()).isInstanceOf(Outcome.CallerTimeout.class);
        assertThat(rig.crew.said).contains(new ToWorker.Cancel(id));
        // It is still at it, so it gets nothing else.
        assertThat(rig.crew.given.get(worker)).hasSize(1);
        rig.crew.answer(worker, "too late");
        rig.crew.answer(worker, "in time");

        assertThat(next.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(rig.crew.removed).isEmpty();
        assertThat(asked.told()).isEqualTo(1);
    }

    @Test
    void aCallThatRunsForTooLongCostsItsWorker() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);
        Asked asked = rig.submit();
        Asked next = rig.submit();

        rig.pass(DispatcherRig.TIMEOUT);

        assertThat(asked.outcome()).isInstanceOf(Outcome.RunTimeout.class);
        assertThat(rig.crew.removed).containsExactly(worker);
        assertThat(next.told()).isZero();
        assertThat(rig.dispatcher.lacking(0, rig.crew.now)).isEqualTo(1);
        rig.crew.answer(rig.crew.ready(1), "x");
        assertThat(next.outcome()).isInstanceOf(Outcome.Answered.class);
    }

    @Test
    void aWorkerThatDoesNotEndACancelledCallIsEndedToo() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);
        Asked asked = rig.submit();
        rig.dispatcher.cancel(asked.call);
        assertThat(asked.outcome()).isInstanceOf(Outcome.Cancelled.class);

        rig.pass(DispatcherRig.TIMEOUT);

        assertThat(rig.crew.removed).containsExactly(worker);
        assertThat(asked.told()).isEqualTo(1);
    }

    @Test
    void othersOfARunawayWorkerHaveTheirAnswersFirst() {
        DispatcherRig rig = DispatcherRig.of(2, 5);
        Worker worker = rig.crew.ready(2);
        Asked slow = rig.submit();
        rig.pass(Duration.ofSeconds(5));
        Asked other = rig.submit();
        rig.pass(Duration.ofSeconds(5));

        assertThat(slow.outcome()).isInstanceOf(Outcome.RunTimeout.class);
        assertThat(rig.crew.removed).isEmpty();
        Asked waits = rig.submit();
        assertThat(rig.crew.given.get(worker)).hasSize(2);
        rig.crew.answer(worker, other.call.id, "x");

        assertThat(other.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(rig.crew.removed).containsExactly(worker);
        assertThat(waits.told()).isZero();
    }

    @Test
    void callsOfAWorkerThatDiesAreToldSo() {
        DispatcherRig rig = DispatcherRig.of(2, 5);
        Worker worker = rig.crew.ready(2);
        List<Asked> asked = List.of(rig.submit(), rig.submit());

        rig.crew.die(worker, Ending.Cause.CODE);

        assertThat(asked).allSatisfy(a -> assertThat(a.outcome()).isEqualTo(new Outcome.Died("exit code 1")));
    }

    @Test
    void idempotentCallsOfADeadWorkerGoToTheHeadOfTheQueueOnce() {
        DispatcherRig rig = new DispatcherRig(DispatcherRig.limits(1, 0, 3, 5), true);
        Worker worker = rig.crew.ready(1);
        Asked asked = rig.submit();
        Asked waits = rig.submit();
        rig.crew.die(worker, Ending.Cause.CODE);
        assertThat(asked.told()).isZero();

        Worker second = rig.crew.ready(1);
        assertThat(rig.crew.call(second).id()).isEqualTo(asked.call.id);
        rig.crew.die(second, Ending.Cause.CODE);

        assertThat(asked.outcome()).isInstanceOf(Outcome.Died.class);
        assertThat(waits.told()).isZero();
    }

    @Test
    void codeThatEndsYoungThreeTimesIsPausedAndTriedAgainByOneWorker() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Asked asked = rig.submit();
        rig.crew.die(rig.crew.start(), Ending.Cause.CODE);
        rig.crew.die(rig.crew.start(), Ending.Cause.CODE);
        assertThat(asked.told()).isZero();
        rig.crew.die(rig.crew.start(), Ending.Cause.CODE);

        assertThat(why(asked)).isEqualTo(Outcome.Why.PAUSED);
        assertThat(why(rig.submit())).isEqualTo(Outcome.Why.PAUSED);
        assertThat(rig.dispatcher.lacking(1, rig.crew.now)).isZero();
        rig.pass(Duration.ofSeconds(10));
        rig.submit();
        rig.submit();
        assertThat(rig.dispatcher.lacking(0, rig.crew.now)).isEqualTo(1);
        rig.crew.die(rig.crew.start(), Ending.Cause.CODE);
        rig.pass(Duration.ofSeconds(19));
        assertThat(why(rig.submit())).isEqualTo(Outcome.Why.PAUSED);
        rig.pass(Duration.ofSeconds(1));
        Asked good = rig.submit();
        rig.crew.answer(rig.crew.ready(1), "x");

        assertThat(good.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(rig.dispatcher.state(rig.crew.now).fault()).isEmpty();
    }

    @Test
    void codeThatCannotBeLoadedIsPausedAtOnce() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Asked asked = rig.submit();

        rig.dispatcher.gone(rig.crew.start(), new Ending(Ending.Cause.UNFIT, "SyntaxError", "line 3"), rig.crew.now);

        assertThat(((Outcome.Refused) asked.outcome()).detail()).isEqualTo("SyntaxError\nline 3");
        assertThat(rig.dispatcher.state(rig.crew.now).paused()).isTrue();
    }

    @Test
    void moreWorkersComeForCallsThatHaveWaitedUpToTheMost() {
        DispatcherRig rig = DispatcherRig.of(1, 10);
        rig.crew.ready(1);
        for (int i = 0; i < 9; i++) {
            rig.submit();
        }
        assertThat(rig.dispatcher.lacking(0, rig.crew.now)).isZero();

        rig.pass(Duration.ofMillis(50));

        assertThat(rig.dispatcher.lacking(0, rig.crew.now)).isEqualTo(2);
        rig.crew.start();
        assertThat(rig.dispatcher.lacking(0, rig.crew.now)).isEqualTo(1);
    }

    @Test
    void workersThatAreIdleForLongGoButForThoseThatAreKept() {
        DispatcherRig rig = DispatcherRig.of(1, 10);
        rig.crew.ready(1);
        rig.pass(Duration.ofSeconds(1));
        Worker later = rig.crew.ready(1);
        rig.pass(Duration.ofSeconds(59));
        long idle = Duration.ofMinutes(1).toNanos();

        assertThat(rig.dispatcher.takeIdle(2, idle, 9, rig.crew.now)).isEmpty();
        assertThat(rig.dispatcher.takeIdle(0, idle, 9, rig.crew.now))
                .doesNotContain(later)
                .hasSize(1);
        rig.submit();
        assertThat(rig.crew.given.get(later)).hasSize(1);
    }

    @Test
    void aStreamIsPassedOnAndEndsWithItsEnd() throws Exception {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);
        Asked asked = rig.submit();
        String id = asked.call.id;

        rig.dispatcher.said(worker, FakeCrew.answer(id, "", true), rig.crew.now);
        Outcome.Streaming streaming = (Outcome.Streaming) asked.outcome();
        rig.dispatcher.chunk(worker, new FromWorker.Chunk(id, new byte[] {'a'}));
        rig.dispatcher.chunk(worker, new FromWorker.Chunk(id, new byte[] {'b'}));
        rig.dispatcher.said(worker, new FromWorker.End(id, null), rig.crew.now);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        assertThat(streaming.rest().copyTo(out)).isNull();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("ab");
        assertThat(rig.crew.said).contains(new ToWorker.More(id, AnswerStream.WINDOW));
        assertThat(rig.dispatcher.state(rig.crew.now).idle()).isEqualTo(1);
    }

    @Test
    void aStreamWhoseWorkerDiesIsBroken() throws Exception {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);
        Asked asked = rig.submit();
        rig.dispatcher.said(worker, FakeCrew.answer(asked.call.id, "", true), rig.crew.now);

        rig.crew.die(worker, Ending.Cause.CODE);

        Outcome.Streaming streaming = (Outcome.Streaming) asked.outcome();
        assertThat(streaming.rest().copyTo(new ByteArrayOutputStream())).isEqualTo("exit code 1");
    }

    @Test
    void aWorkerThatSendsMoreThanItMayIsToldToStop() throws Exception {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);
        Asked asked = rig.submit();
        rig.dispatcher.said(worker, FakeCrew.answer(asked.call.id, "", true), rig.crew.now);
        for (int i = 0; i <= AnswerStream.WINDOW; i++) {
            rig.dispatcher.chunk(worker, new FromWorker.Chunk(asked.call.id, new byte[1]));
        }

        Outcome.Streaming streaming = (Outcome.Streaming) asked.outcome();
        assertThat(streaming.rest().copyTo(new ByteArrayOutputStream())).contains("more than it was allowed");
        assertThat(rig.crew.said).contains(new ToWorker.Cancel(asked.call.id));
    }

    @Test
    void aWorkerThatCannotBeReachedIsRemovedAndItsCallToldSo() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);
        rig.crew.deaf.add(worker);

        Asked asked = rig.submit();

        assertThat(asked.outcome()).isInstanceOf(Outcome.Died.class);
        assertThat(rig.crew.removed).containsExactly(worker);
    }

    @Test
    void whatWaitsAtTheEndIsToldSo() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Asked waits = rig.submit();

        rig.dispatcher.close();

        assertThat(why(waits)).isEqualTo(Outcome.Why.CLOSING);
        assertThat(why(rig.submit())).isEqualTo(Outcome.Why.CLOSING);
    }

    @Test
    void answersToWhatNobodyAskedChangeNothing() {
        DispatcherRig rig = DispatcherRig.of(1, 5);
        Worker worker = rig.crew.ready(1);
        rig.dispatcher.said(worker, FakeCrew.answer("never", "x", false), rig.crew.now);
        rig.dispatcher.chunk(worker, new FromWorker.Chunk("never", new byte[1]));
        rig.dispatcher.said(worker, new FromWorker.End("never", null), rig.crew.now);

        assertThat(rig.dispatcher.state(rig.crew.now).idle()).isEqualTo(1);
    }
}
