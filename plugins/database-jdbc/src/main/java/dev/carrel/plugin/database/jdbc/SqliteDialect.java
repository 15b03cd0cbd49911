/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Storage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jooq.SQLDialect;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/**
 * A file. Write-ahead log, so that readers and the writer do not wait for each other; every commit is synced (FULL: with NORMAL, a loss of power
 * would take back commits that were answered). Its usual collation compares bytes of UTF-8. Writers of other processes are waited for.
 */
record SqliteDialect(String url) implements Dialect {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final int ERROR_CODE = 0xff;
    /** Columns of a table, then those of its indexes in their order; a column of an index without a name is an expression. */
    private static final String LAYOUT = """
            select null, name, type, pk, 0 from pragma_table_info(?)
            union all
            select i.name, c.name, null, 0, c.seqno from pragma_index_list(?) i, pragma_index_info(i.name) c
            order by 1, 5""";

    @Override
    public String name() {
        return "SQLite " + file();
    }

    private String file() {
        return url.substring("jdbc:sqlite:".length()).replaceFirst("[?].*", "");
    }

    @Override
    public SQLDialect jooq() {
        return SQLDialect.SQLITE;
    }

    @Override
    public boolean manyWriters() {
        return false;
    }

    @Override
    public DataSource source(Duration connect, Duration limit) {
        create(Path.of(file()));
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout((int) limit.toMillis());
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl(url);
        return source;
    }

    private static void create(Path file) {
        try {
            if (!Files.exists(file)) {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } else if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
                // A copy from a backup: it holds hashes of passwords and tokens.
                Files.setPosixFilePermissions(file, OWNER_ONLY);
            }
        } catch (FileAlreadyExistsException _) {
            // Another process made it in the same moment.
        } catch (IOException e) {
            throw new DatabaseException(
                    "file " + file + " cannot be created or kept from others: " + e
                            + " (make its folder, or change url)",
                    false,
                    e);
        }
    }

    @Override
    public boolean isConflict(SQLException e) {
        return false;
    }

    @Override
    public boolean isTransient(SQLException e) {
        int code = e.getErrorCode() & ERROR_CODE;
        return code == SQLiteErrorCode.SQLITE_BUSY.code
                || code == SQLiteErrorCode.SQLITE_LOCKED.code
                || code == SQLiteErrorCode.SQLITE_FULL.code
                || code == SQLiteErrorCode.SQLITE_IOERR.code
                || code == SQLiteErrorCode.SQLITE_CANTOPEN.code
                || code == SQLiteErrorCode.SQLITE_INTERRUPT.code;
    }

    @Override
    public String type(Column column) {
        return switch (column.kind().storage()) {
            case TEXT -> "TEXT";
            case WHOLE -> "INTEGER";
            case REAL -> "REAL";
        };
    }

    @Override
    public Optional<Storage> storage(String type) {
        return switch (type) {
            case "TEXT" -> Optional.of(Storage.TEXT);
            case "INTEGER" -> Optional.of(Storage.WHOLE);
            case "REAL" -> Optional.of(Storage.REAL);
            default -> Optional.empty();
        };
    }

    /** One statement: the driver asks a dozen and takes their texts apart, which at a start, with many tables, is most of it. */
    @Override
    public Layout layout(Connection connection, String table) throws SQLException {
        Map<String, String> types = new TreeMap<>();
        Map<Integer, String> key = new TreeMap<>();
        Map<String, List<String>> indexes = new TreeMap<>();
        try (PreparedStatement ask = connection.prepareStatement(LAYOUT)) {
            ask.setString(1, table);
            ask.setString(2, table);
            try (ResultSet rows = ask.executeQuery()) {
                while (rows.next()) {
                    String index = rows.getString(1);
                    String column = rows.getString(2);
                    if (index == null) {
                        types.put(column, rows.getString(3));
                        int place = rows.getInt(4);
                        if (place > 0) {
                            key.put(place, column);
                        }
                    } else if (column != null) {
                        indexes.computeIfAbsent(index, _ -> new ArrayList<>()).add(column);
                    }
                }
            }
        }
        return new Layout(types, List.copyOf(key.values()), indexes);
    }

    @Override
    public void exclusively(Connection connection, String table, Duration limit, Change change) throws SQLException {
        // Begins with the lock for writing: see the transaction mode.
        connection.setAutoCommit(false);
        change.on(connection);
        connection.commit();
    }
}
