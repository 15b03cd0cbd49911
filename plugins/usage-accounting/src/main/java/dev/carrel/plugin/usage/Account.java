/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Consumer;

/** The rows, and sums of them. Any thread. */
final class Account implements UsageAccounting {
    private static final int ROWS = 1000;

    private final Table<SessionRow> rows;
    private final ZoneId zone;

    Account(Table<SessionRow> rows, ZoneId zone) {
        this.rows = rows;
        this.zone = zone;
    }

    @Override
    public void record(SessionUse use) {
        long seconds = use.ready()
                .map(ready -> Math.max(0, Duration.between(ready, use.ended()).toSeconds()))
                .orElse(0L);
        rows.put(new SessionRow(
                LocalDate.ofInstant(use.ended(), zone).toString(),
                use.session(),
                use.user(),
                use.server(),
                use.image(),
                use.created(),
                use.ready().orElse(null),
                use.ended(),
                use.failed(),
                seconds));
    }

    /** Every session that ended on one of these days, both included; page after page, so that many cost no memory. */
    void each(LocalDate from, LocalDate to, Consumer<SessionRow> consumer) {
        for (LocalDate day = from; !day.isAfter(to); day = day.plusDays(1)) {
            Query query = Query.of(day.toString()).limit(ROWS);
            Optional<String> next;
            do {
                Page<SessionRow> page = rows.query(query);
                page.rows().forEach(consumer);
                next = page.next();
                query = next.map(query::after).orElse(query);
            } while (next.isPresent());
        }
    }

    ZoneId zone() {
        return zone;
    }
}
