/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.DispatcherRig.Asked;
import dev.carrel.protocol.worker.FromWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever happens in whatever order: one end for each call, no worker above its credits, no queue above its bound, nobody waits beside an idle worker. */
class DispatcherPropertyTest {
    private static final int MAX = 4;

    @Property(tries = 500)
    void everyCallHasOneEndWhateverHappens(
            @ForAll @Size(min = 1, max = 200) List<@IntRange(min = 0, max = 99) Integer> steps,
            @ForAll @IntRange(min = 1, max = 3) int concurrency,
            @ForAll @IntRange(min = 0, max = 4) int bound,
            @ForAll boolean idempotent,
            @ForAll long seed) {
        DispatcherRig rig = new DispatcherRig(DispatcherRig.limits(concurrency, 0, MAX, bound), idempotent);
        Random random = new Random(seed);
        List<Asked> asked = new ArrayList<>();
        for (int step : steps) {
            act(rig, step, random, asked);
            check(rig, asked, concurrency, bound, idempotent);
        }
        rig.dispatcher.close();
        for (Worker worker : List.copyOf(rig.crew.given.keySet())) {
            rig.crew.die(worker, Ending.Cause.OURS);
        }
        rig.dispatcher.close();

        assertThat(asked)
                .allSatisfy(a -> assertThat(a.told()).as(a.call.toString()).isEqualTo(1));
    }

    private static void act(DispatcherRig rig, int step, Random random, List<Asked> asked) {
        FakeCrew crew = rig.crew;
        if (step < 40) {
            asked.add(rig.submit(random.nextInt(4) == 0 ? Duration.ofSeconds(3) : Duration.ofDays(1)));
        } else if (step < 50) {
            if (crew.given.size() < MAX) {
                crew.start();
            }
        } else if (step < 57) {
            rig.pass(Duration.ofMillis(random.nextInt(6000)));
        } else if (step < 58) {
            rig.pass(Duration.ofSeconds(31));
        } else if (step < 63) {
            if (!asked.isEmpty()) {
                rig.dispatcher.cancel(asked.get(random.nextInt(asked.size())).call);
            }
        } else if (step < 65) {
            rig.dispatcher.takeIdle(0, 0, 1, crew.now).forEach(idle -> crew.die(idle, Ending.Cause.OURS));
        } else if (!crew.given.isEmpty()) {
            act(rig, step, any(List.copyOf(crew.given.keySet()), random), random);
        }
    }

    private static void act(DispatcherRig rig, int step, Worker worker, Random random) {
        if (step < 75) {
            rig.dispatcher.ready(worker, new FromWorker.Ready(List.of("f"), 1 + random.nextInt(5)), rig.crew.now);
        } else if (step < 93) {
            endOne(rig, worker, random);
        } else if (step < 98) {
            rig.crew.die(worker, any(List.of(Ending.Cause.values()), random));
        } else {
            rig.crew.deaf.add(worker);
        }
    }

    private static void endOne(DispatcherRig rig, Worker worker, Random random) {
        Map<String, ?> calls = rig.crew.given.get(worker);
        String id = any(List.copyOf(calls.keySet()), random);
        if (id == null) {
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> {
                calls.remove(id);
                rig.dispatcher.said(worker, new FromWorker.Failed(id, FromWorker.Kind.RAISED, "no", ""), rig.crew.now);
            }
            case 1 -> rig.dispatcher.said(worker, FakeCrew.answer(id, "", true), rig.crew.now);
            case 2 -> {
                calls.remove(id);
                rig.dispatcher.said(worker, new FromWorker.End(id, null), rig.crew.now);
            }
            default -> rig.crew.answer(worker, id, "x");
        }
    }

    private static <T> @org.jspecify.annotations.Nullable T any(List<T> list, Random random) {
        return list.isEmpty() ? null : list.get(random.nextInt(list.size()));
    }

    private static void check(DispatcherRig rig, List<Asked> asked, int concurrency, int bound, boolean idempotent) {
        Standing state = rig.dispatcher.state(rig.crew.now);
        long repeated = asked.stream().filter(a -> a.call.repeated).count();
        assertThat((long) state.waiting()).isLessThanOrEqualTo(Math.max(1, bound) + (idempotent ? repeated : 0));
        rig.crew.given.forEach((worker, calls) -> {
            assertThat(worker.calls().size()).isLessThanOrEqualTo(Math.max(1, worker.credits()));
            assertThat(worker.calls().size()).isLessThanOrEqualTo(concurrency);
            if (worker.open() && worker.calls().size() < worker.credits()) {
                assertThat(state.waiting()).as("waiting beside " + worker).isZero();
            }
        });
        assertThat(asked).allSatisfy(a -> {
            assertThat(a.told()).isLessThanOrEqualTo(1);
            boolean over = a.call.place == Call.Place.ENDED || a.call.place == Call.Place.STREAMING;
            assertThat(a.told() == 1).as(a.call + " " + a.call.place).isEqualTo(over || a.told() == 1);
        });
    }
}
