/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run of a task. Telling of it twice makes the same row twice.
 *
 * @param day of its end, {@code 2026-03-01}
 * @param run the task's id and the number of the attempt
 * @param millis from its beginning to its end; 0 when it never began
 */
@Stored(name = "usage_accounting_task")
public record TaskRow(
        @Key String day,
        @Key(Part.SORT) String run,
        @Indexed(name = "of_user") String user,
        String image,
        Instant queued,
        @Nullable Instant started,
        @Indexed(name = "of_user", part = Part.SORT) Instant ended,
        boolean failed,
        long millis)
        implements Row {
    @Override
    public Amount amount() {
        return new Amount(1, failed ? 1 : 0, millis);
    }
}
