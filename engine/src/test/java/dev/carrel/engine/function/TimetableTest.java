/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.function.Timetable.Due;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is to be run now. */
class TimetableTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final ScheduleEntry MINUTES = ScheduleEntry.of("* * * * *", "UTC");
    private static final ScheduleEntry DAILY = ScheduleEntry.of("0 12 * * *", "UTC");
    private static final Duration HOUR = Duration.ofHours(1);

    private static List<Due> due(Instant since, Instant now, ScheduleEntry... entries) {
        return Timetable.of(List.of(entries)).due(since, now, HOUR);
    }

    @Test
    void whatHasJustComeIsDueOnce() {
        assertThat(due(NOON.minusMillis(1), NOON, DAILY)).containsExactly(new Due(DAILY, NOON));
        assertThat(due(NOON, NOON.plusSeconds(1), DAILY)).isEmpty();
        assertThat(due(NOON.minusSeconds(5), NOON.minusMillis(1), DAILY)).isEmpty();
    }

    @Test
    void ofManyThatWereMissedTheLastIsRun() {
        assertThat(due(NOON.minusSeconds(36_000), NOON.plusSeconds(30), MINUTES, DAILY))
                .containsExactly(new Due(MINUTES, NOON), new Due(DAILY, NOON));
    }

    @Test
    void whatIsTooLateIsNotRun() {
        assertThat(due(NOON.minusSeconds(1), NOON.plus(HOUR), DAILY)).containsExactly(new Due(DAILY, NOON));
        assertThat(due(NOON.minusSeconds(1), NOON.plus(HOUR).plusMillis(1), DAILY))
                .isEmpty();
    }

    @Test
    void theNextIsTheEarliestOfAny() {
        Timetable both = Timetable.of(List.of(DAILY, MINUTES));

        assertThat(both.next(NOON)).contains(NOON.plusSeconds(60));
        assertThat(Timetable.of(List.of()).next(NOON)).isEmpty();
        assertThat(Timetable.of(List.of()).due(Instant.EPOCH, NOON, HOUR)).isEmpty();
    }
}
