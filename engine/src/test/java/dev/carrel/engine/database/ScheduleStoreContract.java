/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.call.Ask;
import dev.carrel.engine.deferred.DeferredCall;
import dev.carrel.engine.deferred.DeferredCall.AskedBy;
import dev.carrel.engine.deferred.DeferredCalls.Made;
import dev.carrel.engine.deferred.DeferredStore.Bounds;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.Published;
import dev.carrel.engine.function.ScheduleEntry;
import dev.carrel.engine.schedule.Schedule;
import dev.carrel.engine.schedule.ScheduleStore.Recorded;
import dev.carrel.protocol.name.FunctionName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class ScheduleStoreContract extends StoreContract {
    private static final FunctionId CALC = new FunctionId(ADA, new FunctionName("calc"));
    private static final FunctionId OTHER = new FunctionId(BOB, new FunctionName("x"));
    private static final ScheduleEntry MINUTES =
            new ScheduleEntry("* * * * *", "Europe/Berlin", "add", "[1,\"zoë\\u0000\"]", "{\"k\":2}");
    private static final ScheduleEntry YEARLY = ScheduleEntry.of("0 0 1 1 *", "UTC");
    private static final Bounds WIDE = new Bounds(1000, 1000, 1000);

    @BeforeEach
    void people() {
        stores.users().add(user("root", true));
        stores.users().add(user("ada"));
        stores.users().add(user("bob"));
    }

    private static Instant minute(Instant after) {
        return Instant.ofEpochSecond(after.getEpochSecond() / 60 * 60 + 60);
    }

    private void publish(FunctionId id, Instant now, ScheduleEntry... schedule) {
        Published.publish(
                stores.functions(), id, Published.spec(UUID.randomUUID().toString(), schedule), now);
    }

    private Schedule found(FunctionId id) {
        return stores.schedules().find(id).orElseThrow();
    }

    private static Schedule run(Schedule schedule, Instant until, Instant next) {
        return new Schedule(
                schedule.function(),
                schedule.version(),
                schedule.published(),
                schedule.entries(),
                until,
                next,
                schedule.revision());
    }

    private static Made call(FunctionId function, String id, Instant due) {
        DeferredCall call = new DeferredCall(
                id,
                new DeferredCall.Target(function, 1, NOW, "add"),
                AskedBy.schedule(function.owner(), due),
                NOW,
                null,
                new DeferredCall.Progress(DeferredCall.State.WAITING, 0, NOW, ""),
                null,
                null,
                0);
        return new Made(
                call, new Ask(id, "add", "POST", "[]", "{}", "", Map.of("x-carrel-scheduled", "x"), new byte[0]));
    }

    private List<FunctionId> due(Instant now) {
        List<FunctionId> found = new ArrayList<>();
        stores.schedules().eachDue(now, schedule -> found.add(schedule.function()));
        return found;
    }

    @Test
    void isThereAsSoonAsItsVersionIsActiveEvenForAnEngineThatStartsAnew() {
        publish(CALC, NOW, MINUTES, YEARLY);

        stores = open();

        Schedule schedule = found(CALC);
        assertThat(schedule.entries()).containsExactly(MINUTES, YEARLY);
        assertThat(schedule.version()).isEqualTo(1);
        assertThat(schedule.published()).isEqualTo(NOW);
        assertThat(schedule.since()).isEqualTo(NOW);
        assertThat(schedule.due()).isEqualTo(minute(NOW));
        assertThat(due(minute(NOW).minusMillis(1))).isEmpty();
        assertThat(due(minute(NOW))).containsExactly(CALC);
        assertThat(stores.schedules().find(OTHER)).isEmpty();
    }

    @Test
    void theActiveVersionsScheduleRulesAndNoOther() {
        publish(CALC, NOW, MINUTES);
        publish(CALC, NOW, YEARLY);
        assertThat(found(CALC).entries()).containsExactly(YEARLY);
        assertThat(found(CALC).version()).isEqualTo(2);

        Published.rollBack(stores.functions(), CALC, NOW);
        assertThat(found(CALC).entries()).containsExactly(MINUTES);

        publish(CALC, NOW);
        assertThat(stores.schedules().find(CALC)).isEmpty();
        assertThat(due(NOW.plusSeconds(1_000_000))).isEmpty();

        Published.activate(stores.functions(), CALC, 2, NOW);
        assertThat(found(CALC).entries()).containsExactly(YEARLY);
    }

    @Test
    void aTimeThatHasComeIsNotLostByAChangeOfTheVersion() {
        publish(CALC, NOW, MINUTES);
        Instant due = minute(NOW);

        publish(CALC, due.plusMillis(300), MINUTES);
        publish(CALC, due.plusMillis(600), MINUTES);

        assertThat(found(CALC).due()).isEqualTo(due);
        assertThat(stores.schedules()
                        .record(
                                run(found(CALC), due.plusSeconds(1), due.plusSeconds(60)),
                                List.of(call(CALC, "one", due)),
                                WIDE))
                .isEqualTo(Recorded.YES);
        publish(CALC, due.plusMillis(900), MINUTES);
        assertThat(found(CALC).since()).as("a clock that goes behind").isEqualTo(due.plusSeconds(1));
        assertThat(found(CALC).due()).isEqualTo(due.plusSeconds(60));
    }

    @Test
    void callsAndHowFarItIsAreWrittenTogether() {
        publish(CALC, NOW, MINUTES);
        Instant due = minute(NOW);
        Schedule before = found(CALC);

        Recorded recorded = stores.schedules()
                .record(
                        run(before, due, due.plusSeconds(60)),
                        List.of(call(CALC, "one", due), call(CALC, "two", due)),
                        WIDE);

        assertThat(recorded).isEqualTo(Recorded.YES);
        assertThat(found(CALC).since()).isEqualTo(due);
        assertThat(due(due)).isEmpty();
        DeferredCall call = stores.deferred().find("one").orElseThrow();
        assertThat(call.by()).isEqualTo(AskedBy.schedule(ADA, due));
        assertThat(stores.deferred().ask(call).orElseThrow().headers()).containsEntry("x-carrel-scheduled", "x");
        assertThat(stores.deferred().of(CALC, 10)).hasSize(2);
        assertThat(stores.schedules()
                        .record(run(before, due, due.plusSeconds(60)), List.of(call(CALC, "again", due)), WIDE))
                .isEqualTo(Recorded.OVERTAKEN);
        assertThat(stores.deferred().find("again")).isEmpty();
    }

    @Test
    void ofManyEnginesThatLookAtOnceOneRecords() throws Exception {
        publish(CALC, NOW, MINUTES);
        Instant due = minute(NOW);
        Schedule before = found(CALC);

        List<Recorded> recorded = atOnce(
                16,
                () -> stores.schedules()
                        .record(
                                run(before, due, due.plusSeconds(60)),
                                List.of(call(CALC, UUID.randomUUID().toString(), due)),
                                WIDE));

        assertThat(recorded.stream().filter(Recorded.YES::equals)).hasSize(1);
        assertThat(recorded).containsOnly(Recorded.YES, Recorded.OVERTAKEN);
        assertThat(stores.deferred().of(CALC, 100)).hasSize(1);
    }

    @Test
    void aRunAndAnotherVersionAtOnceLeaveOneCallAndTheNewSchedule() throws Exception {
        for (int turn = 0; turn < 5; turn++) {
            FunctionId id = new FunctionId(ADA, new FunctionName("f" + turn));
            publish(id, NOW, MINUTES);
            Instant due = minute(NOW);

            atOnce(4, () -> {
                if (Thread.currentThread().threadId() % 2 == 0) {
                    publish(id, due.plusMillis(5), MINUTES);
                }
                Schedule seen = found(id);
                if (seen.due() != null && !seen.due().isAfter(due)) {
                    stores.schedules()
                            .record(
                                    run(seen, due.plusMillis(10), due.plusSeconds(60)),
                                    List.of(call(id, UUID.randomUUID().toString(), due)),
                                    WIDE);
                }
                return 0;
            });
            stores.schedules().eachDue(due.plusMillis(10), seen -> {
                stores.schedules()
                        .record(
                                run(seen, due.plusMillis(10), due.plusSeconds(60)),
                                List.of(call(id, UUID.randomUUID().toString(), due)),
                                WIDE);
                return true;
            });

            assertThat(stores.deferred().of(id, 100)).hasSize(1);
            assertThat(found(id).due()).isEqualTo(due.plusSeconds(60));
        }
    }

    @Test
    void anotherScheduleOfTheSameRevisionIsNotTakenForIt() {
        publish(CALC, NOW, MINUTES);
        Schedule before = found(CALC);
        publish(CALC, NOW);
        publish(CALC, NOW.plusSeconds(1), MINUTES);
        assertThat(found(CALC).revision()).isEqualTo(before.revision());
        Instant due = minute(NOW);

        assertThat(stores.schedules().record(run(before, due, due), List.of(call(CALC, "two", due)), WIDE))
                .isEqualTo(Recorded.OVERTAKEN);
    }

    @Test
    void whereThereIsNoRoomNothingIsWritten() {
        publish(CALC, NOW, MINUTES);
        publish(OTHER, NOW, MINUTES);
        Instant due = minute(NOW);
        Schedule after = run(found(CALC), due, due.plusSeconds(60));
        Made one = call(CALC, "one", due);

        assertThat(stores.schedules().record(after, List.of(one), new Bounds(0, 9, 9)))
                .isEqualTo(Recorded.OWNER_FULL);
        assertThat(stores.schedules().record(after, List.of(one), new Bounds(9, 0, 9)))
                .isEqualTo(Recorded.ALL_FULL);
        assertThat(found(CALC).due()).isEqualTo(due);
        assertThat(stores.deferred().find("one")).isEmpty();
        assertThat(stores.schedules().record(after, List.of(one), new Bounds(1, 1, 9)))
                .isEqualTo(Recorded.YES);
        assertThat(stores.schedules()
                        .record(run(found(OTHER), due, due.plusSeconds(60)), List.of(), new Bounds(0, 0, 0)))
                .as("without calls, room does not matter")
                .isEqualTo(Recorded.YES);
    }

    @Test
    void oneThatIsNeverDueAgainIsFoundNoMore() {
        publish(CALC, NOW, MINUTES);
        Instant due = minute(NOW);
        Schedule never = run(found(CALC), due, due);
        never = new Schedule(CALC, never.version(), never.published(), never.entries(), due, null, never.revision());

        assertThat(stores.schedules().record(never, List.of(), WIDE)).isEqualTo(Recorded.YES);

        assertThat(due(NOW.plusSeconds(1_000_000_000))).isEmpty();
        assertThat(found(CALC).due()).isNull();
    }

    @Test
    void thoseThatAreDueAreFoundInTheirOrderHoweverMany() {
        List<FunctionId> all = IntStream.range(0, 230)
                .mapToObj(i -> new FunctionId(ADA, new FunctionName("f" + i)))
                .toList();
        for (int i = 0; i < all.size(); i++) {
            publish(all.get(i), NOW.plusSeconds(60L * i), MINUTES);
        }
        Instant now = NOW.plusSeconds(60 * 1000);

        List<FunctionId> found = new ArrayList<>();
        stores.schedules().eachDue(now, schedule -> {
            found.add(schedule.function());
            // Each leaves the index while the others are read.
            return stores.schedules().record(run(schedule, now, now.plusSeconds(60)), List.of(), WIDE) == Recorded.YES;
        });

        assertThat(found).isEqualTo(all);
        assertThat(due(now)).isEmpty();
    }

    @Test
    void endsWithItsFunctionAndWithItsAccount() {
        publish(CALC, NOW, MINUTES);
        Schedule before = found(CALC);
        Published.delete(stores.functions(), CALC, NOW);
        assertThat(stores.schedules().find(CALC)).isEmpty();
        assertThat(due(NOW.plusSeconds(100))).isEmpty();
        assertThat(stores.schedules().record(before, List.of(call(CALC, "one", NOW)), WIDE))
                .isEqualTo(Recorded.OVERTAKEN);

        publish(CALC, NOW, MINUTES);
        publish(OTHER, NOW, MINUTES);
        stores.users().delete(ADA, ends(ADA, NOW));
        stores.users().add(user("ada"));

        assertThat(stores.schedules().find(CALC)).isEmpty();
        assertThat(due(NOW.plusSeconds(100))).containsExactly(OTHER);
        assertThat(stores.deferred().find("one")).isEqualTo(Optional.empty());
    }
}
