/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

/** The three kinds of values that a database must keep. */
public enum Storage {
    /** Text of any language without U+0000, as {@link String}. */
    TEXT,
    /** A whole number of 64 bits, as {@link Long}. */
    WHOLE,
    /** A finite number, never the negative zero, as {@link Double}. */
    REAL
}
