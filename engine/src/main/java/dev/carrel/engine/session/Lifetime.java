/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * For how long a session may be idle and may live, zero for ever; and what follows from that. No session ends before it was told for the whole time of
 * the warning, whatever has happened: an engine that was away, or a clock that was set, costs a session the surprise but not the warning.
 */
record Lifetime(Duration idle, Duration age, Duration warning) {
    /** Whether anything ever ends. */
    boolean limited() {
        return !idle.isZero() || !age.isZero();
    }

    /** Whether it is time to find out if a session is idle that was last used at some moment, as far as is known. */
    boolean mayBeIdle(Instant used, Instant now) {
        return !idle.isZero() && Duration.between(used, now).compareTo(idle.minus(warning)) >= 0;
    }

    /**
     * The end that is to be told; empty for none.
     *
     * @param quietSince since when nothing has happened in it; null when something does, or when nobody knows
     * @param readyAt since when it lives
     * @param planned what is told now; null for nothing
     */
    Optional<PlannedEnd> end(@Nullable Instant quietSince, Instant readyAt, @Nullable PlannedEnd planned, Instant now) {
        Optional<PlannedEnd> byIdleness = quietSince != null && mayBeIdle(quietSince, now)
                ? Optional.of(plan(
                        new Reason(Reason.Code.IDLE, "Nobody used it for " + Span.words(idle) + "."),
                        quietSince.plus(idle),
                        planned != null && !quietSince.isAfter(planned.told()) ? planned : null,
                        now))
                : Optional.empty();
        Instant old = readyAt.plus(age);
        Optional<PlannedEnd> byAge = !age.isZero() && !now.isBefore(old.minus(warning))
                ? Optional.of(plan(
                        new Reason(
                                Reason.Code.OUT_OF_TIME,
                                "A session may run for " + Span.words(age) + " here, and this one had."),
                        old,
                        planned,
                        now))
                : Optional.empty();
        return Stream.of(byIdleness, byAge).flatMap(Optional::stream).min(Comparator.comparing(PlannedEnd::at));
    }

    private PlannedEnd plan(Reason why, Instant at, @Nullable PlannedEnd planned, Instant now) {
        if (planned != null && planned.why().code() == why.code()) {
            return planned;
        }
        Instant earliest = now.plus(warning);
        return new PlannedEnd(
                why,
                warning(why.code()),
                (at.isBefore(earliest) ? earliest : at).truncatedTo(ChronoUnit.MILLIS),
                now.truncatedTo(ChronoUnit.MILLIS));
    }

    private String warning(Reason.Code why) {
        return why == Reason.Code.IDLE
                ? "Nobody has used it for a while, and a session that is not used for " + Span.words(idle)
                        + " is ended."
                : "A session may run for " + Span.words(age) + " here.";
    }
}
