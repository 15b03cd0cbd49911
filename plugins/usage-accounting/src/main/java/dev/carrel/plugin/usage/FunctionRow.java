/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import java.time.Instant;

/**
 * The calls of a function in a span of time. Telling of it twice makes the same row twice.
 *
 * @param day of the span's end, {@code 2026-03-01}
 * @param user who has published the function
 * @param millis that workers were at work on the calls, together
 */
@Stored(name = "usage_accounting_function")
public record FunctionRow(
        @Key String day,
        @Key(Part.SORT) String span,
        @Indexed(name = "of_user") String user,
        String function,
        String image,
        Instant since,
        @Indexed(name = "of_user", part = Part.SORT) Instant until,
        long calls,
        long failed,
        long millis)
        implements Row {
    @Override
    public Amount amount() {
        return new Amount(calls, failed, millis);
    }
}
