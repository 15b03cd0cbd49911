/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.Storage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jooq.SQLDialect;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL server. The collation "C" compares bytes; the database must be encoded in UTF-8. */
record PostgresDialect(String url, String user, String password) implements Dialect {
    private static final int GRACE_SECONDS = 2;
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01");
    private static final Set<String> TRANSIENT = Set.of("55P03", "57014", "25P02");

    @Override
    public String name() {
        return "PostgreSQL " + MariaDbDialect.place(url);
    }

    @Override
    public SQLDialect jooq() {
        return SQLDialect.POSTGRES;
    }

    @Override
    public DataSource source(Duration connect, Duration limit) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        if (!user.isEmpty()) {
            source.setUser(user);
            source.setPassword(password);
        }
        source.setApplicationName("carrel");
        source.setTcpKeepAlive(true);
        source.setConnectTimeout(atLeastASecond(connect));
        source.setLoginTimeout(atLeastASecond(connect));
        // The server ends a statement; the socket's limit is for a server that is not there any more.
        source.setSocketTimeout(atLeastASecond(limit) + GRACE_SECONDS);
        source.setOptions("-c statement_timeout=" + limit.toMillis() + " -c lock_timeout=" + limit.toMillis()
                + " -c idle_in_transaction_session_timeout=" + (limit.toMillis() + GRACE_SECONDS * 1000L)
                + " -c default_transaction_isolation=read\\ committed");
        return source;
    }

    private static int atLeastASecond(Duration duration) {
        return (int) Math.max(1, duration.toSeconds());
    }

    @Override
    public boolean isConflict(SQLException e) {
        return CONFLICTS.contains(String.valueOf(e.getSQLState()));
    }

    @Override
    public boolean isTransient(SQLException e) {
        return TRANSIENT.contains(String.valueOf(e.getSQLState()));
    }

    @Override
    public String type(Column column) {
        return switch (column.kind().storage()) {
            case TEXT -> "text collate \"C\"";
            case WHOLE -> "bigint";
            case REAL -> "double precision";
        };
    }

    @Override
    public Optional<Storage> storage(String type) {
        return switch (type) {
            case "text", "varchar" -> Optional.of(Storage.TEXT);
            case "int8" -> Optional.of(Storage.WHOLE);
            case "float8" -> Optional.of(Storage.REAL);
            default -> Optional.empty();
        };
    }

    @Override
    public void exclusively(Connection connection, String table, Duration limit, Change change) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement lock =
                connection.prepareStatement("select pg_advisory_xact_lock(hashtextextended(?, 0))")) {
            lock.setString(1, "carrel table " + table);
            lock.execute();
        }
        change.on(connection);
        connection.commit();
    }
}
