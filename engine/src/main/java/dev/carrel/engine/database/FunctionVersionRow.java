/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionStore.VersionNote;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import java.time.Instant;
import java.util.Locale;

/**
 * A version of a function, without its specification, which may be too large for a row.
 *
 * @param place {@code name/number}, the number with ten digits
 * @param size bytes of its code and files
 * @param parts in so many rows its specification is kept
 */
@Stored(name = "engine_function_versions")
record FunctionVersionRow(
        @Key String owner,
        @Key(Part.SORT) String place,
        Instant created,
        String publisher,
        String description,
        String runtime,
        long size,
        int parts,
        @Version long version) {

    static String place(FunctionId function, long number) {
        return String.format(Locale.ROOT, "%s/%010d", function.name(), number);
    }

    static RowKey key(FunctionId function, long number) {
        return RowKey.of(function.owner().value(), place(function, number));
    }

    static FunctionVersionRow of(FunctionVersion version, int parts) {
        return new FunctionVersionRow(
                version.function().owner().value(),
                place(version.function(), version.number()),
                version.created(),
                version.publisher(),
                Texts.kept(version.spec().description(), 1000),
                version.spec().runtime(),
                version.spec().size(),
                parts,
                0);
    }

    long number() {
        return Long.parseLong(place.substring(place.indexOf('/') + 1));
    }

    VersionNote note() {
        return new VersionNote(number(), created, publisher, description, runtime, size);
    }
}
