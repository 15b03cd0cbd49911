/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.Index;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Storage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jooq.SQLDialect;

/** What databases do differently. Immutable. */
interface Dialect {
    /**
     * The dialect of a URL.
     *
     * @param folder where a SQLite file goes that the settings do not name
     */
    static Dialect of(JdbcSettings settings, Path folder) {
        String url = settings.url();
        if (url.isEmpty()) {
            return new SqliteDialect("jdbc:sqlite:" + folder.resolve("tables.db"));
        } else if (url.startsWith("jdbc:sqlite:")) {
            return new SqliteDialect(url);
        } else if (url.startsWith("jdbc:postgresql:")) {
            return new PostgresDialect(url, settings.user(), settings.password());
        } else if (url.startsWith("jdbc:mariadb:") || url.startsWith("jdbc:mysql:")) {
            return new MariaDbDialect(url, settings.user(), settings.password());
        }
        // Not shown: people write passwords into URLs.
        throw new IllegalArgumentException(
                "url: not shown here (expected: jdbc:sqlite:, jdbc:postgresql:, jdbc:mariadb: or jdbc:mysql: at its beginning)");
    }

    /** For logs and pages: no credentials. */
    String name();

    /** jOOQ's name of it. */
    SQLDialect jooq();

    /** Opens connections whose statements end within a limit. */
    DataSource source(Duration connect, Duration limit) throws SQLException;

    /** Whether writers share connections with readers; if not, there is one writer at a time. */
    default boolean manyWriters() {
        return true;
    }

    /** Whether (a, b) &gt; (?, ?) is looked up in an index; if not, see {@link Statements#stretches}. */
    default boolean comparesRows() {
        return true;
    }

    /** Whether the database must be told which index to use: it would rather sort some thousand rows than follow the index that has their order. */
    default boolean namesIndexes() {
        return false;
    }

    /** Whether an insertion can leave a taken key alone; if not, it fails. */
    default boolean ignoresTakenKeys() {
        return true;
    }

    /** Whether a statement failed because the key was taken. */
    default boolean isTakenKey(SQLException e) {
        return false;
    }

    /** Whether the database gave up a transaction, undone as a whole, for the sake of another. */
    boolean isConflict(SQLException e);

    /** Whether something may work later that failed for a reason that only this database's codes tell. */
    default boolean isTransient(SQLException e) {
        return false;
    }

    /** The type of a column, with collation. */
    String type(Column column);

    /** The storage that a type found in the database stands for. */
    Optional<Storage> storage(String type);

    /** What the database holds of a table. */
    default Layout layout(Connection connection, String table) throws SQLException {
        return Layout.told(connection, table);
    }

    /** What has to be done so that a column that is there can be part of an index. */
    default Optional<String> widenForIndex(String table, Column column, String found) {
        return Optional.empty();
    }

    /** The columns of an index in the database: ordered so that a page needs no sorting. */
    default List<Column> indexColumns(RowShape<?> shape, Index index) {
        return Stream.of(
                        Stream.of(index.partition()),
                        index.sort().stream(),
                        Stream.of(shape.key().partition()),
                        shape.key().sort().stream())
                .flatMap(s -> s)
                .distinct()
                .toList();
    }

    /** An identifier in its quotes; holds a-z 0-9 and underscores only. */
    default String quoted(String identifier) {
        return "\"" + identifier + "\"";
    }

    /** What stands behind the columns of a new table. */
    default String tableOptions() {
        return "";
    }

    /** Runs changes of the schema while nobody else does, and commits. */
    void exclusively(Connection connection, String table, Duration limit, Change change) throws SQLException;

    /** Changes of the schema. */
    interface Change {
        void on(Connection connection) throws SQLException;
    }
}
