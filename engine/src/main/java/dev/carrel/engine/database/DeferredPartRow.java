/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;

/**
 * A part of what was asked by a deferred call, or of what came of it.
 *
 * @param place {@code ask/part} or {@code result/part}, the part with two digits
 */
@Stored(name = "engine_deferred_parts")
record DeferredPartRow(
        @Key String call,
        @Key(Part.SORT) String place,
        String text,
        @Version long version) {}
