/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.deferred.DeferredCalls;
import dev.carrel.engine.deferred.DeferredStore;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Timetable;
import dev.carrel.engine.schedule.Schedule;
import dev.carrel.engine.schedule.ScheduleStore;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Schedules: a row for each function whose active version has one. */
final class ScheduleTable implements ScheduleStore {
    private final EngineTables tables;

    @Inject
    ScheduleTable(EngineTables tables) {
        this.tables = tables;
    }

    private Table<ScheduleRow> schedules() {
        return tables.of(ScheduleRow.class);
    }

    @Override
    public void eachDue(Instant now, Predicate<Schedule> more) {
        tables.reading("looking for schedules that are due", () -> {
            // What is run leaves the index while it is read: the next page begins behind what was seen.
            Query next = Query.ofIndex("queue", ScheduleRow.QUEUE)
                    .range(Comparison.le("due", now))
                    .limit(Limits.PAGE);
            Optional<String> cursor;
            do {
                Page<ScheduleRow> page = schedules().query(next);
                for (ScheduleRow row : page.rows()) {
                    if (!more.test(row.schedule())) {
                        return Boolean.TRUE;
                    }
                }
                cursor = page.next();
                next = cursor.map(next::after).orElse(next);
            } while (cursor.isPresent());
            return Boolean.TRUE;
        });
    }

    @Override
    public Optional<Schedule> find(FunctionId function) {
        return tables.reading(
                "reading a schedule",
                () -> schedules()
                        .get(ScheduleRow.key(function))
                        .filter(row ->
                                uid(row.owner()).filter(row.uid()::equals).isPresent())
                        .map(ScheduleRow::schedule));
    }

    private Optional<String> uid(String owner) {
        return tables.of(UserRow.class).get(owner).map(UserRow::uid);
    }

    @Override
    public Recorded record(Schedule run, List<DeferredCalls.Made> calls, DeferredStore.Bounds bounds) {
        String owner = run.function().owner().value();
        DeferredTable deferred = new DeferredTable(tables);
        return tables.reading("recording runs of a schedule", () -> {
            Optional<ScheduleRow> row = schedules().get(ScheduleRow.key(run.function()));
            // A row that was deleted and came again counts its writes from 1 again.
            boolean same = row.isPresent()
                    && row.get().version() == run.revision()
                    && row.get().number() == run.version()
                    && row.get().published().equals(run.published());
            if (!same) {
                return Recorded.OVERTAKEN;
            }
            String uid = row.get().uid();
            if (uid(owner).filter(uid::equals).isEmpty()) {
                // What the end of an account could not sweep.
                schedules()
                        .delete(
                                ScheduleRow.key(run.function()),
                                Comparison.eq("version", row.get().version()));
                return Recorded.OVERTAKEN;
            }
            List<Write> writes = new ArrayList<>();
            writes.add(Write.replace(
                    schedules(),
                    ScheduleRow.of(run, uid),
                    Comparison.eq("number", row.get().number()),
                    Comparison.eq("since", row.get().since())));
            if (!calls.isEmpty()) {
                Optional<Recorded> full = full(deferred.room(owner, bounds));
                if (full.isPresent()) {
                    return full.get();
                }
                // The owner is who calls.
                calls.forEach(made -> writes.addAll(deferred.adding(made.call(), made.ask(), uid, uid)));
                writes.add(DeferredTable.there(tables, owner, uid));
            }
            return tables.done(writes) ? Recorded.YES : Recorded.OVERTAKEN;
        });
    }

    private static Optional<Recorded> full(DeferredStore.Added room) {
        return switch (room) {
            case OWNER_FULL -> Optional.of(Recorded.OWNER_FULL);
            case ALL_FULL -> Optional.of(Recorded.ALL_FULL);
            case YES, GONE -> Optional.empty();
        };
    }

    /**
     * What becomes of a function's schedule when another version is active, to be part of the transaction that makes it so.
     *
     * @param active the version that is active then, if it has a schedule
     */
    static List<Write> activating(
            EngineTables tables, FunctionId function, String uid, Optional<FunctionVersion> active, Instant now) {
        Table<ScheduleRow> schedules = tables.of(ScheduleRow.class);
        Optional<ScheduleRow> before = schedules.get(ScheduleRow.key(function));
        if (active.isEmpty()) {
            return before.isEmpty() ? List.of() : List.of(Write.discard(schedules, ScheduleRow.key(function)));
        }
        FunctionVersion version = active.get();
        Instant since = before.filter(row -> row.uid().equals(uid))
                .map(row -> since(row, now))
                .orElse(now);
        Schedule schedule = new Schedule(
                function,
                version.number(),
                version.created(),
                version.spec().schedule(),
                since,
                Timetable.of(version.spec().schedule()).next(since).orElse(null),
                before.map(ScheduleRow::version).orElse(0L));
        ScheduleRow row = ScheduleRow.of(schedule, uid);
        return List.of(before.isEmpty() ? Write.insert(schedules, row) : Write.replace(schedules, row));
    }

    /** A time that has come, and that nobody has seen yet, is not lost by a change of the version. */
    private static Instant since(ScheduleRow before, Instant now) {
        Instant due = before.due();
        if (due != null && !due.isAfter(now)) {
            return due.minusMillis(1);
        }
        return before.since().isAfter(now) ? before.since() : now;
    }

    /** What the end of an account leaves of schedules. */
    static List<Write> leftovers(EngineTables tables, String owner) {
        Table<ScheduleRow> schedules = tables.of(ScheduleRow.class);
        List<Write> writes = new ArrayList<>();
        EngineTables.each(
                schedules,
                Query.of(owner),
                row -> writes.add(Write.discard(schedules, RowKey.of(row.owner(), row.name()))));
        return writes;
    }
}
