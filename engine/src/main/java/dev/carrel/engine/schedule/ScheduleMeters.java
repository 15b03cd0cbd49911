/* Copyright the Carrel authors. */
package dev.carrel.engine.schedule;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;

/** Counts runs of schedules. Thread-safe. */
final class ScheduleMeters {
    private final Counter recorded;
    private final Counter missed;
    private final Counter putOff;

    @Inject
    ScheduleMeters(MeterRegistry metrics) {
        recorded = counter(metrics, "recorded");
        missed = counter(metrics, "missed");
        putOff = counter(metrics, "put-off");
    }

    private static Counter counter(MeterRegistry metrics, String outcome) {
        return Counter.builder("carrel.function.scheduled")
                .description(
                        "Due times of schedules: those that became calls, those that nobody made up for, those that had to wait")
                .tag("outcome", outcome)
                .register(metrics);
    }

    /** Due times have become calls. */
    void recorded(int count) {
        recorded.increment(count);
    }

    /** A due time was too long ago. */
    void missed() {
        missed.increment();
    }

    /** There was no room for a call. */
    void putOff() {
        putOff.increment();
    }
}
