/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Storage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jooq.SQLDialect;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * A MariaDB or MySQL server, by MariaDB's driver. Texts in keys and indexes are kept as the bytes of their UTF-8 form: as characters, of which each may
 * take four bytes, an index on four of them would be too long for the server to order by. Other texts have a collation without padding: with
 * utf8mb4_bin, "a" would equal "a ".
 */
record MariaDbDialect(String url, String user, String password) implements Dialect {
    private static final int TAKEN_KEY = 1062;
    private static final int LOCK_TIMEOUT = 1205;
    private static final int DEADLOCK = 1213;
    private static final int CHANGED_MEANWHILE = 1020;
    /** Too many connections, shutting down, killed, out of time. */
    private static final Set<Integer> TRANSIENT =
            Set.of(LOCK_TIMEOUT, 1040, 1053, 1077, 1078, 1079, 1094, 1203, 1226, 1317, 1927, 1969, 3024);

    private static final int GRACE_MILLIS = 2000;

    private boolean mysql() {
        return url.startsWith("jdbc:mysql:");
    }

    @Override
    public String name() {
        return (mysql() ? "MySQL " : "MariaDB ") + place(url);
    }

    /** What of a URL may be shown. */
    static String place(String url) {
        String bare = url.replaceFirst("[?].*", "").replaceFirst("^jdbc:[a-z]+:(//)?", "");
        return bare.substring(bare.lastIndexOf('@') + 1);
    }

    @Override
    public SQLDialect jooq() {
        return mysql() ? SQLDialect.MYSQL : SQLDialect.MARIADB;
    }

    @Override
    public DataSource source(Duration connect, Duration limit) throws SQLException {
        long seconds = Math.max(1, limit.toSeconds());
        String variables = "sql_mode='STRICT_ALL_TABLES',innodb_lock_wait_timeout=" + seconds + ","
                + (mysql() ? "max_execution_time=" + limit.toMillis() : "max_statement_time=" + seconds)
                + (mysql() ? ",transaction_isolation" : ",tx_isolation") + "='READ-COMMITTED'";
        String options = "connectTimeout=" + connect.toMillis() + "&socketTimeout=" + (limit.toMillis() + GRACE_MILLIS)
                + "&useServerPrepStmts=true&tcpKeepAlive=true&sessionVariables=" + variables;
        MariaDbDataSource source = new MariaDbDataSource();
        source.setUrl(url.replaceFirst("^jdbc:mysql:", "jdbc:mariadb:") + (url.contains("?") ? "&" : "?") + options);
        if (!user.isEmpty()) {
            source.setUser(user);
            source.setPassword(password);
        }
        return source;
    }

    @Override
    public boolean comparesRows() {
        return false;
    }

    @Override
    public boolean namesIndexes() {
        return true;
    }

    @Override
    public boolean ignoresTakenKeys() {
        // "insert ignore" would ignore texts that are too long as well.
        return false;
    }

    @Override
    public boolean isTakenKey(SQLException e) {
        return e.getErrorCode() == TAKEN_KEY;
    }

    @Override
    public boolean isConflict(SQLException e) {
        return e.getErrorCode() == DEADLOCK || e.getErrorCode() == CHANGED_MEANWHILE;
    }

    @Override
    public boolean isTransient(SQLException e) {
        return TRANSIENT.contains(e.getErrorCode());
    }

    private String collated(String type) {
        return type + " character set utf8mb4 collate " + (mysql() ? "utf8mb4_0900_bin" : "utf8mb4_nopad_bin");
    }

    @Override
    public String type(Column column) {
        return switch (column.kind().storage()) {
            case TEXT -> column.keyed() ? "varbinary(" + Limits.KEY_BYTES + ")" : collated("longtext");
            case WHOLE -> "bigint";
            case REAL -> "double";
        };
    }

    @Override
    public Optional<Storage> storage(String type) {
        return switch (type.toUpperCase(Locale.ROOT)) {
            case "VARBINARY", "VARCHAR", "LONGTEXT", "LONG VARCHAR" -> Optional.of(Storage.TEXT);
            case "BIGINT" -> Optional.of(Storage.WHOLE);
            case "DOUBLE" -> Optional.of(Storage.REAL);
            default -> Optional.empty();
        };
    }

    @Override
    public Optional<String> widenForIndex(String table, Column column, String found) {
        // An index on a long text would be one on its beginning, which orders nothing.
        boolean tooLong =
                column.keyed() && column.kind().storage() == Storage.TEXT && !found.equalsIgnoreCase("VARBINARY");
        return tooLong
                ? Optional.of("alter table " + quoted(table) + " modify column " + quoted(column.name()) + " "
                        + type(column) + Migration.initial(column))
                : Optional.empty();
    }

    @Override
    public String quoted(String identifier) {
        return "`" + identifier + "`";
    }

    @Override
    public String tableOptions() {
        return " engine=InnoDB";
    }

    @Override
    public void exclusively(Connection connection, String table, Duration limit, Change change) throws SQLException {
        // Every statement that changes the schema commits by itself here: what was begun goes on at the next start.
        String name = "carrel table " + table;
        try (PreparedStatement lock = connection.prepareStatement("select get_lock(?, ?)")) {
            lock.setString(1, name);
            lock.setLong(2, Math.max(1, limit.toSeconds()));
            try (ResultSet got = lock.executeQuery()) {
                if (!got.next() || got.getInt(1) != 1) {
                    throw new DatabaseException(
                            "table " + table + " is being made ready by somebody else (try again)", true);
                }
            }
        }
        try {
            change.on(connection);
        } finally {
            try (PreparedStatement unlock = connection.prepareStatement("do release_lock(?)")) {
                unlock.setString(1, name);
                unlock.execute();
            }
        }
    }
}
