/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.List;

/**
 * What must be true of the stored row: every comparison. Of a row that is not there, nothing is true.
 *
 * @param all at most {@link Limits#COMPARISONS}
 */
public record Condition(List<Comparison> all) {
    /** True of every row that is there. */
    public static final Condition NONE = new Condition(List.of());

    /** Copies the list. */
    public Condition {
        all = List.copyOf(all);
        if (all.size() > Limits.COMPARISONS) {
            throw new IllegalArgumentException(
                    "condition: " + all.size() + " comparisons (expected: at most " + Limits.COMPARISONS + ")");
        }
    }

    /** Every one of these. */
    public static Condition of(Comparison... all) {
        return all.length == 0 ? NONE : new Condition(List.of(all));
    }
}
