/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;

/**
 * A part of the specification of a version of a function.
 *
 * @param place {@code name/number/part}, the number with ten digits, the part with two
 */
@Stored(name = "engine_function_parts")
record FunctionPartRow(
        @Key String owner,
        @Key(Part.SORT) String place,
        String text,
        @Version long version) {}
