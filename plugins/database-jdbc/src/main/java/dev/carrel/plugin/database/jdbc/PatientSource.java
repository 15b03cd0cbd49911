/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections, and while the database is down tries again every half second, since the pool itself would wait longer and longer, up to five seconds.
 * Callers of the pool have their own deadline. Any thread.
 */
final class PatientSource implements DataSource {
    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofMillis(500);

    private static final int CLOSING_SECONDS = 5;

    private final DataSource source;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable SQLException lastFailure;

    PatientSource(DataSource source) {
        this.source = source;
    }

    /** Why the last attempt failed, unless it succeeded. */
    Optional<SQLException> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Ends all attempts. */
    void close() {
        closed.countDown();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Duration pause = SHORTEST;
        while (true) {
            try {
                Connection connection = source.getConnection();
                lastFailure = null;
                return connection;
            } catch (SQLException e) {
                lastFailure = e;
                if (ended(pause)) {
                    throw e;
                }
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
        }
    }

    private boolean ended(Duration pause) {
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return source.getConnection(user, password);
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {
        // The source has its own, in finer steps.
    }

    /** How long a pool that is closed waits for an attempt under way: none may touch the database after that. */
    @Override
    public int getLoginTimeout() {
        return CLOSING_SECONDS;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return source.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return source.isWrapperFor(type);
    }
}
