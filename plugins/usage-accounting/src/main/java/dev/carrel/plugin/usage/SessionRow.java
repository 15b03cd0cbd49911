/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A session that has ended. Telling of it twice makes the same row twice.
 *
 * @param day of its end, {@code 2026-03-01}
 * @param seconds from when it could be used to its end; 0 when it never could
 */
@Stored(name = "usage_accounting_session")
public record SessionRow(
        @Key String day,
        @Key(Part.SORT) String session,
        @Indexed(name = "of_user") String user,
        String server,
        String image,
        Instant created,
        @Nullable Instant ready,
        @Indexed(name = "of_user", part = Part.SORT) Instant ended,
        boolean failed,
        long seconds)
        implements Row {
    @Override
    public Amount amount() {
        return new Amount(1, failed ? 1 : 0, seconds * 1000);
    }
}
