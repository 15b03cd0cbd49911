/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

/** The two parts of a key or an index. */
public enum Part {
    /** What one asks for exactly; a database may keep rows of different partitions on different machines. */
    PARTITION,
    /** What orders the rows of one partition. */
    SORT
}
