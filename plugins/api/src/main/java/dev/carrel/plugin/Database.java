/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Outcome;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.util.List;
import java.util.Optional;

/**
 * Keeps tables. Several engines share one database.
 *
 * <p>Unlike other extensions it is called on the caller's threads, as many at once as there are callers, and without a limit that the host enforces:
 * every method ends by itself within the deadlines of the plugin's settings, waiting for others included. When the database is down, calls
 * fail with a {@link DatabaseException} that is retryable; within five seconds of its return they succeed again, without anybody's doing.
 */
public non-sealed interface Database extends Extension {
    /** Which database, for logs and pages: its kind and place, no credentials. */
    String name();

    /**
     * Makes the table ready: what is missing of table, columns and indexes is added, and nothing is ever taken away, so that engines of the version before
     * go on working. Rows that were there get zero, false, 1970, an empty text or list, or an enum's first constant for a new component that is
     * not null. Several engines may open at once.
     *
     * @throws IllegalArgumentException when the record's annotations are wrong; every fault is in the message
     * @throws DatabaseException when the database does not answer (retryable), or its table has another key or a column of another type (not
     *     retryable; the message names table, column, what was found and what was expected)
     */
    <R extends Record> Table<R> open(Class<R> type);

    /**
     * Does all of it or nothing. No other reader or writer ever sees a part; of writers of the same rows one goes after the other.
     *
     * @param writes 1 to {@link dev.carrel.plugin.table.Limits#WRITES}, each about another row
     * @throws IllegalArgumentException when that is not so, or a table was opened by another database
     */
    Outcome transact(List<Write> writes);

    /** Empty when the database answers, else why not; asked every few seconds. */
    Optional<String> health();
}
