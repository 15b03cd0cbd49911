/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.carrel.plugin.table.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Lends connections and makes {@link DatabaseException}s of what goes wrong with them. Any thread. */
final class Connections implements AutoCloseable {
    private static final int ATTEMPTS = 12;
    private static final long FIRST_PAUSE_MILLIS = 2;
    private static final long LONGEST_PAUSE_MILLIS = 100;
    private static final int UNCHECKED_LOSSES = 2;

    private final Dialect dialect;
    private final PatientSource source;
    private final HikariDataSource readers;
    private final HikariDataSource writers;
    private final Duration patience;
    private final Duration limit;

    Connections(Dialect dialect, JdbcSettings settings) throws SQLException {
        this.dialect = dialect;
        this.patience = settings.connectTimeout();
        this.limit = settings.queryTimeout();
        this.source = new PatientSource(dialect.source(settings.connectTimeout(), settings.queryTimeout()));
        this.readers = pool("tables", settings.poolSize(), settings.connectTimeout());
        // Whoever wants to write waits for the writers before, not for a connection.
        this.writers = dialect.manyWriters() ? readers : pool("tables-writer", 1, settings.queryTimeout());
    }

    private HikariDataSource pool(String name, int size, Duration patience) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(source);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(Math.max(250, patience.toMillis()));
        config.setValidationTimeout(Math.max(250, Math.min(1000, patience.toMillis() / 2)));
        // The plugin starts even while the database is down.
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    /** Something to do with a connection. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Reads; once more when the connection turns out to be lost. */
    <T> T read(String doing, Work<T> work) {
        long begun = System.nanoTime();
        for (int losses = 0; ; losses++) {
            try (Connection connection = readers.getConnection()) {
                return work.on(connection);
            } catch (SQLException e) {
                if (!isLoss(e) || losses >= UNCHECKED_LOSSES || isOver(begun, patience)) {
                    throw failure(doing, e);
                }
            }
        }
    }

    /** Whether a connection broke that had been taken from the pool; not that there was none to be had. */
    private static boolean isLoss(SQLException e) {
        return String.valueOf(e.getSQLState()).startsWith("08") && !isNoConnection(e);
    }

    private static boolean isNoConnection(SQLException e) {
        return e instanceof java.sql.SQLTransientConnectionException;
    }

    /** One statement that is a transaction of its own; again when the database gave it up for another. */
    <T> T write(String doing, Work<T> work) {
        long begun = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = writers.getConnection()) {
                return work.on(connection);
            } catch (SQLException e) {
                pauseOrThrow(doing, attempt, begun, e);
            }
        }
    }

    /** Several statements, all or nothing: what the work leaves is committed when it returns true. */
    void transact(String doing, Work<Boolean> work) {
        write(doing, connection -> {
            connection.setAutoCommit(false);
            boolean ended = false;
            try {
                if (work.on(connection)) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                ended = true;
            } finally {
                if (!ended) {
                    rollback(connection);
                }
            }
            return true;
        });
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException _) {
            // The connection is lost, and with it the transaction: the failure before this one says why.
        }
    }

    private static boolean isOver(long begun, Duration limit) {
        return System.nanoTime() - begun > limit.toNanos();
    }

    /**
     * Keeps a transaction of many statements from taking the time of many.
     *
     * @throws DatabaseException retryable, when the time of one is over
     */
    void checkTime(String doing, long begun) {
        if (isOver(begun, limit)) {
            throw new DatabaseException(
                    doing + " in " + dialect.name() + " took longer than " + limit.toMillis() + " ms (try again)",
                    true);
        }
    }

    private void pauseOrThrow(String doing, int attempt, long begun, SQLException e) {
        if (!dialect.isConflict(e)) {
            throw failure(doing, e);
        }
        if (attempt >= ATTEMPTS
                || isOver(begun, limit)
                || Thread.currentThread().isInterrupted()) {
            throw new DatabaseException(
                    doing + " in " + dialect.name() + " failed: others write the same rows all the time (try again)",
                    true,
                    e);
        }
        long longest = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << attempt);
        // Not all at the same moment again.
        LockSupport.parkNanos(
                TimeUnit.MICROSECONDS.toNanos(ThreadLocalRandom.current().nextLong(longest * 1000)));
    }

    /** What a caller is told. */
    DatabaseException failure(String doing, SQLException e) {
        SQLException cause = isNoConnection(e) ? source.lastFailure().orElse(e) : e;
        boolean refused = isRefusal(cause);
        boolean retryable = !refused && (isTransient(cause) || isNoConnection(e));
        return new DatabaseException(
                doing + " in " + dialect.name() + " failed: " + firstLine(cause)
                        + (refused
                                ? " (look at url, user and password)"
                                : retryable ? " (is the database up, and has it room?)" : ""),
                retryable,
                e);
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                + (e.getSQLState() == null ? "" : " [" + e.getSQLState() + "]");
    }

    /** The server is there and does not let us in. */
    private static boolean isRefusal(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("28") || state.equals("3D000");
    }

    private boolean isTransient(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return e instanceof SQLTransientException
                || e instanceof SQLRecoverableException
                || e instanceof SQLTimeoutException
                || e instanceof SQLNonTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.startsWith("40")
                || dialect.isTransient(e);
    }

    @Override
    public void close() {
        source.close();
        readers.close();
        writers.close();
    }
}
