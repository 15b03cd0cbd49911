/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.deferred.DeferredRig.Attempt;
import dev.carrel.engine.deferred.DeferredRig.Engine;
import dev.carrel.engine.deferred.DeferredRig.Kill;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever dies in whatever order: every call has one result, which was written once and stays. */
class DeferredHistoryTest {
    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void everyCallHasOneResultWhateverDies(
            @ForAll @Size(min = 10, max = 60) List<@IntRange(min = 0, max = 99) Integer> steps, @ForAll long seed)
            throws Exception {
        Path folder = Files.createTempDirectory("deferred");
        try (DeferredRig rig = new DeferredRig(folder, 4)) {
            History history = new History(rig, new Random(seed));
            steps.forEach(history::act);
            history.settle();
            history.check();
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static final class History {
        private final DeferredRig rig;
        private final Random random;
        private final List<Engine> engines = new ArrayList<>();
        private final List<String> calls = new ArrayList<>();
        private final Map<String, String> seen = new HashMap<>();
        private int begun;

        History(DeferredRig rig, Random random) {
            this.rig = rig;
            this.random = random;
            engines.add(rig.engine("house 0"));
            engines.add(rig.engine("house 1"));
        }

        void act(int step) {
            int which = random.nextInt(engines.size());
            Engine engine = engines.get(which);
            try {
                if (step < 20) {
                    calls.add(rig.add("call" + calls.size(), random.nextBoolean() ? DeferredRig.ADA : DeferredRig.BOB));
                } else if (step < 50) {
                    engine.look();
                } else if (step < 70) {
                    engine.open().stream().findAny().ifPresent(attempt -> engine.end(attempt, result(attempt)));
                } else if (step < 78) {
                    engine.seen.killAt(random.nextBoolean() ? Kill.BEFORE_A_WRITE : Kill.AFTER_A_WRITE);
                } else if (step < 84) {
                    engine.kill();
                } else if (step < 90) {
                    engine.runner.renew();
                } else {
                    rig.clock.pass(Duration.ofSeconds(random.nextInt(25)));
                }
            } catch (DeferredRig.Killed _) {
                // Buried below.
            }
            if (engine.seen.killed) {
                engine.kill();
                engines.set(which, rig.engine("house " + which));
                if (random.nextBoolean()) {
                    engines.get(which).runner.inherit();
                }
            }
            calls.forEach(this::note);
        }

        private Unattended.Result result(Attempt attempt) {
            return switch (random.nextInt(4)) {
                case 0 -> new Unattended.Broken(DeferredRig.failure("function.worker-died"));
                case 1 -> new Unattended.Postponed(Duration.ofSeconds(1), DeferredRig.failure("function.full"));
                default -> DeferredRig.answer(attempt.id() + " " + begun++);
            };
        }

        /** What was seen once is seen ever after. */
        private void note(String id) {
            rig.result(id)
                    .ifPresent(result ->
                            assertThat(seen.computeIfAbsent(id, _ -> result)).isEqualTo(result));
        }

        /** From now on nothing dies. */
        void settle() {
            Engine last = rig.engine("house 2");
            for (int turn = 0; turn < 1000 && rig.store.open() > 0; turn++) {
                rig.clock.pass(Duration.ofSeconds(31));
                last.look();
                for (Attempt attempt : last.open()) {
                    last.end(attempt, DeferredRig.answer(attempt.id() + " last"));
                }
            }
            engines.forEach(Engine::kill);
        }

        void check() {
            assertThat(rig.store.open()).isZero();
            assertThat(rig.recorded).containsExactlyInAnyOrderElementsOf(calls);
            for (String id : calls) {
                note(id);
                DeferredCall call = rig.call(id);
                assertThat(call.ended()).isTrue();
                assertThat(call.progress().attempts()).isLessThanOrEqualTo(DeferredRig.ATTEMPTS);
            }
        }
    }
}
