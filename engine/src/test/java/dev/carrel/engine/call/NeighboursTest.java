/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.DispatcherRig.Asked;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.worker.ToWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which call goes to which instance. */
class NeighboursTest {
    private static final FunctionVersion CALC = DispatcherRig.version(1, DispatcherRig.limits(1, 0, 3, 5), false);
    private static final String KEY = Offer.key(CALC);

    private final List<FakeEnvoy> envoys = new ArrayList<>();
    private final Neighbours neighbours = new Neighbours("one", this::envoy);
    private final DispatcherRig rig = new DispatcherRig(DispatcherRig.limits(1, 0, 3, 5), false, neighbours);

    private record FakeEnvoy(String instance, Call call, List<ToWorker> heard, List<Worker> workers, List<Boolean> left)
            implements Envoy {
        @Override
        public void hear(Worker worker, ToWorker message) {
            heard.add(message);
            workers.add(worker);
        }

        @Override
        public void abandon() {
            left.add(true);
        }
    }

    private Envoy envoy(Neighbours of, Neighbours.Neighbour to, Dispatcher from, Call call) {
        FakeEnvoy envoy = new FakeEnvoy(to.name(), call, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        envoys.add(envoy);
        return envoy;
    }

    private void offers(String name, int room, int credits, int busy) {
        List<Neighbours.Neighbour> all = new ArrayList<>(others);
        all.add(new Neighbours.Neighbour(
                name, "127.0.0.1", 1, new Offer(room, Map.of(KEY, new Offer.Load(credits, busy))), Long.MAX_VALUE));
        others = List.copyOf(all);
        neighbours.offered(others);
    }

    private List<Neighbours.Neighbour> others = List.of();

    private List<String> went() {
        return envoys.stream().map(FakeEnvoy::instance).toList();
    }

    private void come(FakeEnvoy envoy, Outcome outcome) {
        neighbours.back(new Neighbours.Flight(envoy.instance(), KEY));
        Worker worker = envoy.workers().getFirst();
        if (outcome instanceof Outcome.Refused refused) {
            rig.dispatcher.cameBack(worker, refused, false, rig.crew.now);
        } else {
            rig.dispatcher.answered(worker, new PassedAnswer(outcome, 7, true, List.of("main")), rig.crew.now);
        }
        rig.dispatcher.gone(worker, Ending.ours("broke off"), rig.crew.now);
    }

    private static Outcome.Answered answer() {
        return new Outcome.Answered(FakeCrew.answer("x", "there", false));
    }

    /** The whole choice: an idle worker here, one there, a start here, a start there, the queue here, a refusal. */
    @ParameterizedTest
    @CsvSource({
        // here: idle busy room queue   there: room credits busy   where
        "1, 0, true,  5,  9, 3, 0, here",
        "0, 0, true,  5,  9, 1, 0, there",
        "0, 0, true,  5,  9, 1, 1, queue",
        "0, 0, true,  5,  9, 0, 0, queue",
        "0, 0, false, 5,  9, 0, 0, there",
        "0, 0, false, 5,  0, 1, 1, there",
        "0, 0, false, 5,  0, 1, 2, queue",
        "0, 0, false, 5,  0, 0, 0, queue",
        "0, 0, false, 5,  1, 0, 2, queue",
        "0, 3, true,  5,  9, 0, 0, there",
        "0, 1, true,  5,  9, 0, 0, queue",
        "0, 1, false, 5,  9, 0, 0, there",
        "0, 1, false, 0,  0, 0, 0, refused",
    })
    void whereACallGoes(int idle, int busy, boolean room, int queue, int there, int credits, int load, String where) {
        DispatcherRig here = new DispatcherRig(DispatcherRig.limits(1, 0, 3, queue), false, neighbours);
        for (int i = 0; i < busy; i++) {
            here.crew.ready(1);
            here.submit();
        }
        for (int i = 0; i < idle; i++) {
            here.crew.ready(1);
        }
        if (queue == 0) {
            here.submit();
        }
        offers("two", there, credits, load);

        Asked asked = here.submit();
        here.crew.now += Duration.ofMillis(60).toNanos();
        here.dispatcher.crowd(!room, here.crew.now);

        String went = !envoys.isEmpty()
                ? "there"
                : asked.told() > 0 ? "refused" : asked.call.place == Call.Place.RUNNING ? "here" : "queue";
        assertThat(went).isEqualTo(where);
    }

    @Test
    void theInstanceWithMostToSpareIsChosenAndWhatIsOnItsWayCounts() {
        offers("two", 0, 2, 0);
        offers("three", 0, 3, 0);

        for (int i = 0; i < 6; i++) {
            rig.submit();
        }

        assertThat(went()).containsExactlyInAnyOrder("two", "two", "three", "three", "three");
        assertThat(went().getFirst()).isEqualTo("three");
        assertThat(neighbours.abroad()).isEqualTo(5);
    }

    @Test
    void anIdleWorkerComesBeforeRoomForOne() {
        offers("two", 50, 0, 0);
        offers("three", 0, 1, 0);
        rig.dispatcher.crowd(true, rig.crew.now);

        rig.submit();
        rig.submit();

        assertThat(went()).containsExactly("three", "two");
    }

    @Test
    void anAnswerOfTheOtherInstanceIsTheCallsAndSaysWhereItRan() {
        offers("two", 0, 1, 0);
        Asked asked = rig.submit();

        come(envoys.getFirst(), answer());

        assertThat(asked.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(asked.call.elsewhere).isEqualTo("two");
        assertThat(asked.call.elsewhereVersion).isEqualTo(7);
        assertThat(asked.call.cold).isTrue();
        assertThat(rig.dispatcher.handlers()).containsExactly("main");
        assertThat(rig.dispatcher.state(0).workers()).isZero();
    }

    @Test
    void whatWaitsGoesThereAsPlacesBecomeFree() {
        offers("two", 0, 1, 0);
        Asked first = rig.submit();
        Asked second = rig.submit();
        assertThat(envoys).hasSize(1);

        come(envoys.getFirst(), answer());

        assertThat(first.outcome()).isInstanceOf(Outcome.Answered.class);
        assertThat(envoys).hasSize(2);
        assertThat(second.call.elsewhere).isEqualTo("two");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallThatIsRefusedThereIsServedHereOrRefusedAndNeverSentAgain(boolean crowded) {
        offers("two", 0, 1, 0);
        rig.dispatcher.crowd(crowded, rig.crew.now);
        Asked asked = rig.submit();

        come(envoys.getFirst(), Outcome.Refused.full(7));

        assertThat(envoys).hasSize(1);
        if (crowded) {
            assertThat(((Outcome.Refused) asked.outcome()).why()).isEqualTo(Outcome.Why.FULL);
        } else {
            assertThat(asked.told()).isZero();
            Worker worker = rig.crew.ready(1);
            rig.crew.answer(worker, "here");
            assertThat(asked.outcome()).isInstanceOf(Outcome.Answered.class);
            assertThat(asked.call.elsewhere).isEmpty();
        }
    }

    @Test
    void anInstanceThatFallsSilentInTheMiddleIsOneDefiniteAnswerAndNoSecondRun() {
        offers("two", 0, 1, 0);
        Asked asked = rig.submit();
        FakeEnvoy envoy = envoys.getFirst();

        neighbours.back(new Neighbours.Flight("two", KEY));
        rig.dispatcher.gone(envoy.workers().getFirst(), Ending.ours("The instance two ended."), rig.crew.now);

        assertThat(((Outcome.Died) asked.outcome()).how()).contains("two");
        assertThat(asked.call.elsewhere)
                .as("accounted for here, for nobody else will")
                .isEmpty();
    }

    @Test
    void anIdempotentCallIsRepeatedHereOnce() {
        DispatcherRig idempotent = new DispatcherRig(DispatcherRig.limits(1, 0, 3, 5), true, neighbours);
        offers("two", 0, 5, 0);
        Asked asked = idempotent.submit();

        idempotent.dispatcher.gone(envoys.getFirst().workers().getFirst(), Ending.ours("broke off"), 0);

        assertThat(asked.told()).isZero();
        assertThat(envoys).hasSize(1);
        idempotent.crew.answer(idempotent.crew.ready(1), "here");
        assertThat(asked.outcome()).isInstanceOf(Outcome.Answered.class);
    }

    @Test
    void whoGoesHasTheirCallLeftOffThere() {
        offers("two", 0, 1, 0);
        Asked asked = rig.submit();

        rig.dispatcher.cancel(asked.call);

        assertThat(asked.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(envoys.getFirst().heard().getLast()).isInstanceOf(ToWorker.Cancel.class);
    }

    @Test
    void anInstanceThatNeverAnswersIsGivenUp() {
        offers("two", 0, 1, 0);
        Asked asked = rig.submit();

        rig.pass(DispatcherRig.TIMEOUT.plus(DispatcherRig.START_LIMIT).plusSeconds(11));

        assertThat(asked.outcome()).isInstanceOf(Outcome.RunTimeout.class);
        assertThat(envoys.getFirst().left()).isNotEmpty();
    }

    @Test
    void whatIsOldUnreachedOrRefusedIsLeftAlone() {
        neighbours.offered(List.of(new Neighbours.Neighbour(
                "two", "127.0.0.1", 1, new Offer(0, Map.of(KEY, new Offer.Load(5, 0))), rig.crew.now)));
        rig.submit();
        assertThat(envoys).as("too old").isEmpty();

        offers("three", 0, 9, 0);
        neighbours.unreached("three", rig.crew.now);
        rig.submit();
        assertThat(envoys).as("not reached").isEmpty();

        offers("four", 0, 9, 0);
        neighbours.refused(new Neighbours.Flight("four", KEY), rig.crew.now);
        rig.dispatcher.crowd(false, rig.crew.now);
        assertThat(envoys).as("refused").isEmpty();

        rig.crew.now += Duration.ofSeconds(4).toNanos();
        rig.dispatcher.crowd(false, rig.crew.now);
        assertThat(envoys).hasSize(2);
    }

    @Test
    void anOfferIsReadAsItWasToldAndNonsenseIsNone() {
        Offer offer = new Offer(3, Map.of("1:calc.ada", new Offer.Load(4, 2), "2:a.b:c", new Offer.Load(0, 9)));

        assertThat(Offer.of(offer.text())).isEqualTo(offer);
        assertThat(Offer.of("no JSON")).isEqualTo(Offer.NONE);
        assertThat(Offer.of("[]")).isEqualTo(Offer.NONE);
    }

    @Test
    void ofManyVersionsThoseWithMostToSpareAreTold() {
        Map<String, Offer.Load> many = new HashMap<>();
        for (int i = 0; i < 3 * Offer.MOST; i++) {
            many.put(i + ":" + "x".repeat(100) + ".ada", new Offer.Load(i, 0));
        }

        String text = new Offer(1, many).text();

        assertThat(text.length()).isLessThan(200_000);
        assertThat(Offer.of(text).loads())
                .hasSize(Offer.MOST)
                .containsKey((3 * Offer.MOST - 1) + ":" + "x".repeat(100) + ".ada");
    }
}
