/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Comparison;

/** Conditions that several tables share. */
final class Comparisons {
    private Comparisons() {}

    /** Nobody has written the row since it was read. */
    static Comparison version(long version) {
        return Comparison.eq("version", version);
    }
}
