/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

/** What fits, the same on every database. */
public final class Limits {
    /** The longest text in a key or an index, in bytes of UTF-8; the shortest is one byte. */
    public static final int KEY_BYTES = 320;
    /** The largest row: the bytes of its texts in UTF-8 and eight for each other value. */
    public static final int ROW_BYTES = 300_000;
    /** The most rows of a page. */
    public static final int PAGE = 1000;
    /** The most writes of a transaction. */
    public static final int WRITES = 100;
    /** The most comparisons of a condition or a filter. */
    public static final int COMPARISONS = 20;
    /** The longest name of a table. */
    public static final int TABLE_NAME = 30;
    /** The longest name of an index. */
    public static final int INDEX_NAME = 20;

    private Limits() {}
}
