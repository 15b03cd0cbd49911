/* Copyright the Carrel authors. */
/**
 * Tables in SQLite, PostgreSQL, MariaDB and MySQL. jOOQ writes the SQL, once for each form of a statement; plain JDBC runs it on connections of
 * HikariCP.
 *
 * <p>How a transaction is made atomic and serial: every write that succeeds holds the lock of its one row, found or inserted, until the commit, and judges
 * the row as last committed (READ COMMITTED; on SQLite there is one writer at a time). That is strict two-phase locking, and rows are locked in
 * the order of their keys; where the database finds a deadlock nevertheless, the transaction is tried anew.
 */
@org.jspecify.annotations.NullMarked
package dev.carrel.plugin.database.jdbc;
