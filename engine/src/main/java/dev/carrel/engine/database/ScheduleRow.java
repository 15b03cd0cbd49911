/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.ScheduleJson;
import dev.carrel.engine.schedule.Schedule;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of a function's active version.
 *
 * @param uid of the owner's account: good for no later one of the same name
 * @param number of the version
 * @param published when that was
 * @param entries as JSON
 * @param since up to when all has been run
 * @param queue {@link #QUEUE} while it is ever due, else null
 */
@Stored(name = "engine_schedules")
record ScheduleRow(
        @Key String owner,
        @Key(Part.SORT) String name,
        String uid,
        long number,
        Instant published,
        String entries,
        Instant since,
        @Indexed(name = "queue") @Nullable String queue,

        @Indexed(name = "queue", part = Part.SORT) @Nullable Instant due,

        @Version long version) {
    static final String QUEUE = "due";

    static RowKey key(FunctionId function) {
        return RowKey.of(function.owner().value(), function.name().value());
    }

    static ScheduleRow of(Schedule schedule, String uid) {
        return new ScheduleRow(
                schedule.function().owner().value(),
                schedule.function().name().value(),
                uid,
                schedule.version(),
                schedule.published(),
                ScheduleJson.write(schedule.entries()),
                schedule.since(),
                schedule.due() == null ? null : QUEUE,
                schedule.due(),
                schedule.revision());
    }

    /** @throws IllegalArgumentException when it is none of ours */
    Schedule schedule() {
        return new Schedule(
                new FunctionId(new UserName(owner), new FunctionName(name)),
                number,
                published,
                ScheduleJson.read(entries),
                since,
                due,
                version);
    }
}
