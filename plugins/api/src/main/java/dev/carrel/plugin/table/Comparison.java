/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import org.jspecify.annotations.Nullable;

/**
 * A comparison of a component of the stored row with a value of the component's type.
 *
 * @param component the component's name, as the record spells it
 * @param value null only with {@link Operator#EQ} and {@link Operator#NE}
 * @param to the upper end of {@link Operator#BETWEEN}, else null
 */
public record Comparison(
        String component,
        Operator operator,
        @Nullable Object value,
        @Nullable Object to) {
    /** Equal; is null. */
    public static Comparison eq(String component, @Nullable Object value) {
        return new Comparison(component, Operator.EQ, value, null);
    }

    /** Not equal; is not null. */
    public static Comparison ne(String component, @Nullable Object value) {
        return new Comparison(component, Operator.NE, value, null);
    }

    /** Less. */
    public static Comparison lt(String component, Object value) {
        return new Comparison(component, Operator.LT, value, null);
    }

    /** Less or equal. */
    public static Comparison le(String component, Object value) {
        return new Comparison(component, Operator.LE, value, null);
    }

    /** Greater. */
    public static Comparison gt(String component, Object value) {
        return new Comparison(component, Operator.GT, value, null);
    }

    /** Greater or equal. */
    public static Comparison ge(String component, Object value) {
        return new Comparison(component, Operator.GE, value, null);
    }

    /** Starts with; every text starts with the empty one. */
    public static Comparison beginsWith(String component, String prefix) {
        return new Comparison(component, Operator.BEGINS_WITH, prefix, null);
    }

    /** From one value to another, both included. */
    public static Comparison between(String component, Object from, Object to) {
        return new Comparison(component, Operator.BETWEEN, from, to);
    }
}
