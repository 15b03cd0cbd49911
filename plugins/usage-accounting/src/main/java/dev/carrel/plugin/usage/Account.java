/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Consumer;

/** The rows, and sums of them. Any thread. */
final class Account implements UsageAccounting {
    private static final int ROWS = 1000;

    private final Table<SessionRow> sessions;
    private final Table<FunctionRow> functions;
    private final Table<TaskRow> tasks;
    private final ZoneId zone;

    Account(Database database, ZoneId zone) {
        this.sessions = database.open(SessionRow.class);
        this.functions = database.open(FunctionRow.class);
        this.tasks = database.open(TaskRow.class);
        this.zone = zone;
    }

    @Override
    public void record(SessionUse use) {
        sessions.put(new SessionRow(
                day(use.ended()),
                use.session(),
                use.user(),
                use.server(),
                use.image(),
                use.created(),
                use.ready().orElse(null),
                use.ended(),
                use.failed(),
                between(use.ready(), use.ended()).toSeconds()));
    }

    @Override
    public void record(FunctionUse use) {
        functions.put(new FunctionRow(
                day(use.to()),
                use.span(),
                use.owner(),
                use.function(),
                use.image(),
                use.from(),
                use.to(),
                use.calls(),
                use.failed(),
                use.busy().toMillis()));
    }

    @Override
    public void record(TaskUse use) {
        tasks.put(new TaskRow(
                day(use.ended()),
                use.task() + " " + use.attempt(),
                use.user(),
                use.image(),
                use.queued(),
                use.started().orElse(null),
                use.ended(),
                use.failed(),
                between(use.started(), use.ended()).toMillis()));
    }

    private String day(Instant at) {
        return LocalDate.ofInstant(at, zone).toString();
    }

    /** Nothing when it never began, or where a clock went back. */
    private static Duration between(Optional<Instant> begin, Instant end) {
        Duration time = begin.map(at -> Duration.between(at, end)).orElse(Duration.ZERO);
        return time.isNegative() ? Duration.ZERO : time;
    }

    /** All that ended on one of these days, both included; page after page, so that much costs no memory. */
    void each(LocalDate from, LocalDate to, Consumer<Row> consumer) {
        for (LocalDate day = from; !day.isAfter(to); day = day.plusDays(1)) {
            each(sessions, day, consumer);
            each(functions, day, consumer);
            each(tasks, day, consumer);
        }
    }

    private static <R extends Record & Row> void each(Table<R> rows, LocalDate day, Consumer<Row> consumer) {
        Query query = Query.of(day.toString()).limit(ROWS);
        Optional<String> next;
        do {
            Page<R> page = rows.query(query);
            page.rows().forEach(consumer);
            next = page.next();
            query = next.map(query::after).orElse(query);
        } while (next.isPresent());
    }

    ZoneId zone() {
        return zone;
    }
}
