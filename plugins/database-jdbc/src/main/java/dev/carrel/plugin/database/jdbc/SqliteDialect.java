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
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
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

    @Override
    public void exclusively(Connection connection, String table, Duration limit, Change change) throws SQLException {
        // Begins with the lock for writing: see the transaction mode.
        connection.setAutoCommit(false);
        change.on(connection);
        connection.commit();
    }
}
