/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.DispatcherRig.Asked;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads at once: callers, callers that go, workers that answer, that die, that come. */
class DispatcherRaceTest {
    private static final int CALLERS = 4;
    private static final int EACH = 5000;
    private static final int CREDITS = 2;

    private final Map<Worker, Queue<String>> given = new ConcurrentHashMap<>();
    private final Map<Worker, AtomicInteger> under = new ConcurrentHashMap<>();
    private final AtomicInteger tooMany = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private Dispatcher dispatcher;

    /** Workers whose answers come from other threads. */
    private final class Hands implements Crew {
        @Override
        public boolean send(Worker worker, ToWorker message) {
            Queue<String> calls = given.get(worker);
            if (calls == null) {
                return false;
            }
            if (message instanceof ToWorker.Call call) {
                if (under.get(worker).incrementAndGet() > CREDITS) {
                    tooMany.incrementAndGet();
                }
                calls.add(call.id());
            }
            return true;
        }

        @Override
        public void remove(Worker worker, Ending ending) {
            given.remove(worker);
            dispatcher.gone(worker, ending, System.nanoTime());
        }

        @Override
        public void wanted() {}
    }

    private void come() {
        Worker worker = new Worker(FakeCrew.CELL, System.nanoTime());
        given.put(worker, new ConcurrentLinkedQueue<>());
        under.put(worker, new AtomicInteger());
        dispatcher.coming(worker);
        dispatcher.ready(worker, new FromWorker.Ready(List.of("f"), CREDITS), System.nanoTime());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyCallHasOneEnd(boolean idempotent) throws Exception {
        Hands hands = new Hands();
        dispatcher = new Dispatcher(
                DispatcherRig.version(1, DispatcherRig.limits(CREDITS, 0, 4, 50), idempotent),
                Duration.ofSeconds(30),
                hands,
                Elsewhere.NOWHERE);
        for (int i = 0; i < 4; i++) {
            come();
        }
        List<List<Asked>> asked = new ArrayList<>();
        CountDownLatch asking = new CountDownLatch(CALLERS);
        for (int caller = 0; caller < CALLERS; caller++) {
            List<Asked> own = new ArrayList<>();
            asked.add(own);
            int seed = caller;
            Thread.ofPlatform().start(() -> {
                ask(own, new Random(seed));
                asking.countDown();
            });
        }
        List<Thread> others = List.of(
                Thread.ofPlatform().start(() -> answer(new Random(1))),
                Thread.ofPlatform().start(() -> answer(new Random(2))),
                Thread.ofPlatform().start(() -> havoc(new Random(3), hands)));
        assertThat(asking.await(60, TimeUnit.SECONDS)).isTrue();
        over.set(true);
        for (Thread other : others) {
            other.join(TimeUnit.SECONDS.toMillis(30));
        }
        dispatcher.close();
        List.copyOf(given.keySet()).forEach(w -> hands.remove(w, Ending.ours("over")));
        dispatcher.close();

        assertThat(tooMany).hasValue(0);
        assertThat(asked.stream().mapToLong(List::size).sum()).isEqualTo(CALLERS * EACH);
        assertThat(asked.stream().flatMap(List::stream).filter(a -> a.told() != 1))
                .isEmpty();
        assertThat(asked.stream().flatMap(List::stream).filter(a -> a.outcome() instanceof Outcome.Answered))
                .as("calls that were answered: how many depends on the machine")
                .isNotEmpty();
    }

    private void ask(List<Asked> own, Random random) {
        for (int i = 0; i < EACH; i++) {
            Duration patience = random.nextInt(10) == 0 ? Duration.ofMillis(1) : Duration.ofDays(1);
            Asked one = new Asked(System.nanoTime(), patience, "c" + i);
            own.add(one);
            dispatcher.submit(one.call, System.nanoTime());
            if (random.nextInt(5) == 0) {
                dispatcher.cancel(own.get(random.nextInt(own.size())).call);
            }
            while (one.told() == 0 && random.nextInt(50) != 0) {
                Thread.onSpinWait();
            }
        }
    }

    private void answer(Random random) {
        while (!over.get()) {
            given.forEach((worker, calls) -> {
                String id = calls.poll();
                if (id != null) {
                    // The credit is free for the dispatcher as soon as it hears, so it must be free here before.
                    under.get(worker).decrementAndGet();
                    dispatcher.said(
                            worker,
                            random.nextInt(10) == 0
                                    ? new FromWorker.Failed(id, FromWorker.Kind.RAISED, "no", "")
                                    : FakeCrew.answer(id, "x", false),
                            System.nanoTime());
                }
            });
            Thread.onSpinWait();
        }
    }

    private void havoc(Random random, Hands hands) {
        while (!over.get()) {
            switch (random.nextInt(4)) {
                case 0 ->
                    given.keySet().stream()
                            .skip(random.nextInt(4))
                            .findFirst()
                            .ifPresent(w -> hands.remove(w, new Ending(Ending.Cause.OURS, "killed", "")));
                case 1 ->
                    dispatcher.takeIdle(1, 0, 1, System.nanoTime()).forEach(w -> hands.remove(w, Ending.ours("idle")));
                case 2 -> dispatcher.expire(System.nanoTime());
                default -> dispatcher.state(System.nanoTime());
            }
            while (given.size() < 4) {
                come();
            }
            LockSupport.parkNanos(200_000);
        }
    }
}
