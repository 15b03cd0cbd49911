/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a session has to end: after an hour without use, after eight in any case, and never before it was told for five minutes. */
class LifetimeTest {
    private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    private static final Lifetime LIMITS =
            new Lifetime(Duration.ofHours(1), Duration.ofHours(8), Duration.ofMinutes(5));

    private static Instant at(int minutes) {
        return START.plus(Duration.ofMinutes(minutes));
    }

    private static Optional<PlannedEnd> end(@Nullable Instant quietSince, @Nullable PlannedEnd planned, Instant now) {
        return LIMITS.end(quietSince, START, planned, now);
    }

    @Test
    void anIdleSessionIsToldAsLongBeforeAsTheWarningTakes() {
        assertThat(end(at(0), null, at(54))).isEmpty();

        PlannedEnd end = end(at(0), null, at(55)).orElseThrow();

        assertThat(end.why()).isEqualTo(new Reason(Reason.Code.IDLE, "Nobody used it for 1 hour."));
        assertThat(end.at()).isEqualTo(at(60));
        assertThat(end.keepable()).isTrue();
    }

    @Test
    void whatWasToldStaysUntilSomethingHappens() {
        PlannedEnd told = end(at(0), null, at(55)).orElseThrow();

        assertThat(end(at(0), told, at(59))).contains(told);
        assertThat(end(at(56), told, at(57))).isEmpty();
        assertThat(end(null, told, at(57)))
                .as("something runs, or nobody knows")
                .isEmpty();
    }

    @Test
    void whoeverLooksLateWarnsForTheWholeTimeAllTheSame() {
        PlannedEnd end = end(at(0), null, at(300)).orElseThrow();

        assertThat(end.at()).isEqualTo(at(305));
        // And once more when it was used since, though nobody looked meanwhile.
        assertThat(end(at(301), end, at(400)).orElseThrow().at()).isEqualTo(at(405));
    }

    @Test
    void timeIsOverWhateverIsDone() {
        assertThat(end(null, null, at(474))).isEmpty();

        PlannedEnd end = end(null, null, at(475)).orElseThrow();

        assertThat(end.why().code()).isEqualTo(Reason.Code.OUT_OF_TIME);
        assertThat(end.why().text()).isEqualTo("A session may run for 8 hours here, and this one had.");
        assertThat(end.warning()).isEqualTo("A session may run for 8 hours here.");
        assertThat(end.at()).isEqualTo(at(480));
        assertThat(end.keepable()).isFalse();
    }

    @Test
    void ofTwoEndsTheEarlierIsToldAndTheyDoNotTakeTurns() {
        PlannedEnd idle = end(at(418), null, at(474)).orElseThrow();
        assertThat(idle.at()).isEqualTo(at(479));

        assertThat(end(at(418), idle, at(478))).contains(idle);

        PlannedEnd age = end(at(430), null, at(476)).orElseThrow();
        assertThat(age.why().code()).isEqualTo(Reason.Code.OUT_OF_TIME);
        assertThat(end(at(420), age, at(479))).contains(age);
    }

    @Test
    void withoutLimitsNothingEnds() {
        Lifetime none = new Lifetime(Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5));

        assertThat(none.limited()).isFalse();
        assertThat(none.end(START, START, null, START.plus(Duration.ofDays(1000))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"PT5M, PT0S, idle-limit: 5 minutes", "PT0S, PT30S, age-limit: 30 seconds"})
    void aLimitThatLeavesNoTimeForTheWarningIsRefused(Duration idle, Duration age, String named) {
        assertThatThrownBy(() -> SessionRig.settings(1, idle, age, Duration.ofMinutes(5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named)
                .hasMessageContaining("0s for none, or more than end-warning, which is 5 minutes");
    }

    @ParameterizedTest
    @CsvSource({
        "PT1S, 1 second",
        "PT90S, 90 seconds",
        "PT1M, 1 minute",
        "PT90M, 90 minutes",
        "PT1H, 1 hour",
        "PT48H, 2 days",
        "PT0S, 0 seconds"
    })
    void aSpanIsSaidAsPeopleSayIt(Duration span, String words) {
        assertThat(Span.words(span)).isEqualTo(words);
    }
}
