/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionStore.Note;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.Locale;

/**
 * That a function was changed: how the other instances hear of it. Forgotten after a while.
 *
 * @param log {@link #LOG}: all are in one list
 * @param id the moment and something random
 */
@Stored(name = "engine_function_changes")
record FunctionChangeRow(
        @Key String log,
        @Key(Part.SORT) String id,
        String owner,
        String name,
        @Version long version) {
    static final String LOG = "all";

    static FunctionChangeRow of(FunctionId function, Instant at) {
        return new FunctionChangeRow(
                LOG,
                from(at) + "-" + Eras.fresh(),
                function.owner().value(),
                function.name().value(),
                0);
    }

    /** With which the ids of a moment begin. */
    static String from(Instant at) {
        return String.format(Locale.ROOT, "%014d", Math.max(0, at.toEpochMilli()));
    }

    Note note() {
        return new Note(id, new FunctionId(new UserName(owner), new FunctionName(name)));
    }
}
