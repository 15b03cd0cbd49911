/* Copyright the Carrel authors. */
package dev.carrel.engine.schedule;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.ScheduleEntry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of a function's active version, and how far it has been run. Immutable.
 *
 * @param version the number of the version
 * @param published when that version was
 * @param since up to when, this moment included, all has been run
 * @param due when the next run is; null for never
 * @param revision of what is stored
 */
public record Schedule(
        FunctionId function,
        long version,
        Instant published,
        List<ScheduleEntry> entries,
        Instant since,
        @Nullable Instant due,
        long revision) {
    /** Copies the list. */
    public Schedule {
        entries = List.copyOf(entries);
    }

    /** With all run up to a moment. */
    Schedule run(Instant until, @Nullable Instant next) {
        return new Schedule(function, version, published, entries, until, next, revision);
    }
}
