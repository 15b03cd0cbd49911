/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.Optional;

/**
 * Rows of one record type in a database. Any thread. Every method may block until the database's deadline, throws {@link DatabaseException} when the
 * database does not do it, and {@link IllegalArgumentException} when what is given does not fit the table.
 *
 * <p>{@link #get} and queries by key see every write that has returned. Queries by index and scans may miss the writes of the last moments on some
 * databases (SQL databases never do): decide on what a write's condition proves, not on what an index says.
 */
public interface Table<R extends Record> {
    /** What the record's annotations say. */
    RowShape<R> shape();

    /** The row with this key. */
    Optional<R> get(RowKey key);

    /** The row with this key, of a table whose key is one component. */
    default Optional<R> get(Object partition) {
        return get(partition instanceof RowKey key ? key : RowKey.of(partition));
    }

    /** The row with this key, of a table whose key is two components. */
    default Optional<R> get(Object partition, Object sort) {
        return get(RowKey.of(partition, sort));
    }

    /**
     * Adds a row unless its key is taken. Of many callers at once, one wins.
     *
     * @return the row as it is stored; empty when the key was taken
     */
    Optional<R> insert(R row);

    /** Adds a row or overwrites the one with its key. */
    void put(R row);

    /**
     * Overwrites a row if it is there, has the version of the given one, and the condition is true of it.
     *
     * @return the row as it is stored now; empty when nothing was written
     */
    Optional<R> replace(R row, Comparison... condition);

    /**
     * Deletes a row if the condition is true of it.
     *
     * @return whether there was such a row
     */
    boolean delete(RowKey key, Comparison... condition);

    /** A page of the rows that a query finds, in its order. */
    Page<R> query(Query query);

    /** How many rows a query finds, whatever its limit and cursor. */
    long count(Query query);
}
