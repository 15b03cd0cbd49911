/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

/** How a stored value is compared with a given one. Nothing but {@link #NE} is true of a stored null. */
public enum Operator {
    /** Equal. With null: the stored value is null. */
    EQ,
    /** Not equal; true of a stored null as well. With null: the stored value is not null. */
    NE,
    /** Less. */
    LT,
    /** Less or equal. */
    LE,
    /** Greater. */
    GT,
    /** Greater or equal. */
    GE,
    /** A text that starts with the given one; nothing in the given one is special. */
    BEGINS_WITH,
    /** From the first given value to the second, both included; true of nothing when the second is less. */
    BETWEEN
}
