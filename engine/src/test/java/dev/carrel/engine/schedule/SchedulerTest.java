/* Copyright the Carrel authors. */
package dev.carrel.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.engine.call.Ask;
import dev.carrel.engine.deferred.DeferredCall;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.Published;
import dev.carrel.engine.function.ScheduleEntry;
import dev.carrel.engine.schedule.ScheduleRig.Engine;
import dev.carrel.engine.schedule.ScheduleRig.Kill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each due time becomes one call, whoever looks, dies, or is away. */
class SchedulerTest {
    private static final ScheduleEntry MINUTES = new ScheduleEntry("* * * * *", "UTC", "add", "[1]", "{\"b\":2}");
    private static final ScheduleEntry HOURLY = ScheduleEntry.of("0 * * * *", "UTC");

    @TempDir
    Path folder;

    private ScheduleRig rig;
    private Engine one;
    private Engine other;

    @BeforeEach
    void open() {
        rig = new ScheduleRig(folder);
        one = rig.engine();
        other = rig.engine();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void publish(FunctionId id, ScheduleEntry... schedule) {
        Published.publish(rig.stores.functions(), id, Published.spec("v", schedule), rig.clock.instant());
    }

    private void pass(int seconds) {
        rig.clock.pass(Duration.ofSeconds(seconds));
    }

    @Test
    void aDueTimeBecomesACallOfItsOwnerThatSaysSo() {
        publish(ScheduleRig.CALC, MINUTES);
        Instant due = rig.clock.instant().plusSeconds(60);
        pass(59);
        one.look();
        assertThat(rig.times(ScheduleRig.CALC)).isEmpty();

        pass(2);
        one.look();
        other.look();
        one.look();

        DeferredCall call = rig.calls(ScheduleRig.CALC).getFirst();
        assertThat(rig.calls(ScheduleRig.CALC)).hasSize(1);
        assertThat(call.id()).startsWith("scheduled-");
        assertThat(call.by()).isEqualTo(DeferredCall.AskedBy.schedule(ScheduleRig.ADA, due));
        assertThat(call.target().handler()).isEqualTo("add");
        assertThat(call.target().version()).isEqualTo(1);
        assertThat(call.progress().state()).isEqualTo(DeferredCall.State.WAITING);
        assertThat(rig.stores.deferred().ask(call).orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(new Ask(
                        call.id(),
                        "add",
                        "POST",
                        "[1]",
                        "{\"b\":2}",
                        "",
                        Map.of("x-carrel-scheduled", due.toString()),
                        new byte[0]));
        assertThat(rig.count("recorded")).isEqualTo(1);
    }

    @Test
    void eachEntryRunsForItself() {
        publish(ScheduleRig.CALC, MINUTES, HOURLY);
        pass(3600);
        one.look();

        assertThat(rig.calls(ScheduleRig.CALC))
                .extracting(call -> call.target().handler())
                .containsExactlyInAnyOrder("add", "");
    }

    @Test
    void whatAllMissedIsMadeUpForOnce() {
        publish(ScheduleRig.CALC, MINUTES);
        pass(3 * 3600 + 30);
        one.look();
        other.look();
        pass(30);
        other.look();

        Instant last = rig.clock.instant();
        assertThat(rig.times(ScheduleRig.CALC)).containsExactly(last.minusSeconds(60), last);
    }

    @Test
    void whatIsTooLateIsLeftOutAndTheNextIsNot() {
        publish(ScheduleRig.CALC, ScheduleEntry.of("0 13 * * *", "UTC"));
        pass(3600);
        rig.clock.pass(ScheduleRig.LATE);
        pass(1);
        one.look();
        assertThat(rig.times(ScheduleRig.CALC)).isEmpty();
        assertThat(rig.count("missed")).isEqualTo(1);

        pass(24 * 3600 - 1 - (int) ScheduleRig.LATE.toSeconds());
        one.look();

        assertThat(rig.times(ScheduleRig.CALC)).containsExactly(rig.clock.instant());
        assertThat(rig.count("missed")).isEqualTo(1);
    }

    @Test
    void anEngineThatDiesBeforeItRecordsLosesNothingAndAfterItRepeatsNothing() {
        for (Kill kill : Kill.values()) {
            FunctionId id = ScheduleRig.id("f-" + kill.name().toLowerCase(Locale.ROOT));
            publish(id, MINUTES);
            pass(61);
            Engine dying = rig.engine();
            dying.killAt(kill);
            assertThatThrownBy(dying::look).isInstanceOf(ScheduleRig.Killed.class);
            assertThat(rig.times(id)).hasSize(kill == Kill.BEFORE ? 0 : 1);

            other.look();

            assertThat(rig.times(id)).as(kill.name()).hasSize(1);
            Published.delete(rig.stores.functions(), id, rig.clock.instant());
        }
    }

    @Test
    void aClockThatIsAheadAndOneThatIsBehindRunNothingTwice() {
        publish(ScheduleRig.CALC, MINUTES);
        pass(60);
        one.look();
        rig.clock.pass(Duration.ofSeconds(-3));
        other.look();
        Published.publish(rig.stores.functions(), ScheduleRig.CALC, Published.spec("w", MINUTES), rig.clock.instant());
        other.look();
        pass(3);
        other.look();
        one.look();

        assertThat(rig.times(ScheduleRig.CALC)).hasSize(1);
    }

    @Test
    void theVersionThatIsActiveRunsAndOneWithoutAScheduleDoesNot() {
        publish(ScheduleRig.CALC, MINUTES);
        Published.publish(rig.stores.functions(), ScheduleRig.CALC, Published.spec("none"), rig.clock.instant());
        pass(120);
        one.look();
        assertThat(rig.calls(ScheduleRig.CALC)).isEmpty();

        Published.rollBack(rig.stores.functions(), ScheduleRig.CALC, rig.clock.instant());
        one.look();
        assertThat(rig.calls(ScheduleRig.CALC)).as("nothing is made up for").isEmpty();
        pass(60);
        one.look();
        assertThat(rig.calls(ScheduleRig.CALC))
                .extracting(call -> call.target().version())
                .containsExactly(1L);

        Published.delete(rig.stores.functions(), ScheduleRig.CALC, rig.clock.instant());
        pass(600);
        one.look();
        assertThat(rig.calls(ScheduleRig.CALC)).hasSize(1);
    }

    @Test
    void whereThereIsNoRoomARunWaitsAndOthersDoNot() {
        FunctionId bobs = new FunctionId(ScheduleRig.BOB, ScheduleRig.CALC.name());
        publish(ScheduleRig.CALC, MINUTES);
        publish(ScheduleRig.id("more"), MINUTES);
        publish(ScheduleRig.id("most"), MINUTES);
        pass(1);
        publish(bobs, MINUTES);
        pass(59);
        one.look();
        assertThat(rig.open()).isEqualTo(ScheduleRig.PER_OWNER + 1);
        assertThat(rig.calls(bobs)).hasSize(1);
        one.look();
        assertThat(rig.count("put-off")).isEqualTo(1);

        rig.endAll();
        pass(5);
        other.look();

        assertThat(Stream.of("calc", "more", "most").map(ScheduleRig::id).map(rig::times))
                .allMatch(times -> times.size() == 1);
    }

    @Test
    void aScheduleThatCannotBeReadAnyMoreIsNotTriedForEver() {
        publish(ScheduleRig.CALC, MINUTES);
        Schedule schedule = rig.stores.schedules().find(ScheduleRig.CALC).orElseThrow();
        Schedule broken = new Schedule(
                schedule.function(),
                schedule.version(),
                schedule.published(),
                List.of(ScheduleEntry.of("* * * * *", "Atlantis/Poseidonis")),
                schedule.since(),
                schedule.due(),
                schedule.revision());
        rig.stores.schedules().record(broken, List.of(), rig.deferred().bounds());
        pass(60);

        one.look();

        assertThat(rig.stores.schedules().find(ScheduleRig.CALC).orElseThrow().due())
                .isNull();
        publish(ScheduleRig.CALC, MINUTES);
        pass(60);
        one.look();
        assertThat(rig.times(ScheduleRig.CALC)).hasSize(1);
    }

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void everyTimeIsOneCallWhateverDies(
            @ForAll @Size(min = 20, max = 80) List<@IntRange(min = 0, max = 99) Integer> steps, @ForAll long seed)
            throws IOException {
        Path place = Files.createTempDirectory("schedules");
        try (ScheduleRig history = new ScheduleRig(place)) {
            new History(history, new Random(seed)).play(steps);
        } finally {
            try (Stream<Path> files = Files.walk(place)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    /** Two engines that look often enough, and die and come again. */
    private static final class History {
        private final ScheduleRig rig;
        private final Random random;
        private final List<Engine> engines = new ArrayList<>();
        private int versions;

        History(ScheduleRig rig, Random random) {
            this.rig = rig;
            this.random = random;
            engines.add(rig.engine());
            engines.add(rig.engine());
        }

        void play(List<Integer> steps) {
            Instant begin = rig.clock.instant();
            publish();
            for (int step : steps) {
                int which = random.nextInt(2);
                try {
                    if (step < 10) {
                        publish();
                    } else if (step < 30) {
                        engines.get(which).killAt(random.nextBoolean() ? Kill.BEFORE : Kill.AFTER);
                        engines.get(which).look();
                    } else {
                        rig.clock.pass(Duration.ofSeconds(random.nextInt(50)));
                        engines.get(which).look();
                    }
                } catch (ScheduleRig.Killed _) {
                    engines.set(which, rig.engine());
                }
                // One of them is alive within the minute.
                rig.engine().look();
                rig.endAll();
            }
            List<Instant> times = rig.times(ScheduleRig.CALC);
            assertThat(new HashSet<>(times)).hasSameSizeAs(times);
            TreeSet<Instant> wanted = new TreeSet<>();
            for (Instant at = begin.plusSeconds(60); !at.isAfter(rig.clock.instant()); at = at.plusSeconds(60)) {
                wanted.add(at);
            }
            assertThat(times).containsExactlyElementsOf(wanted);
        }

        private void publish() {
            Published.publish(
                    rig.stores.functions(),
                    ScheduleRig.CALC,
                    Published.spec("v" + versions++, MINUTES),
                    rig.clock.instant());
        }
    }
}
