/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.carrel.engine.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * One SQLite file: write-ahead log, every commit synced to disk, foreign keys on. Writers queue on a lock of this process and, for other
 * processes (the command line), on SQLite's own with a deadline of ten seconds. Thread-safe.
 */
public final class Database implements AutoCloseable {
    /** The schema's migrations, in order; the number of the last is the version. */
    private static final String[] MIGRATIONS = {"V1.sql", "V2.sql", "V3.sql", "V4.sql"};

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final int PATIENCE_SECONDS = 20;

    private final Path file;
    private final HikariDataSource pool;
    private final ReentrantLock writing = new ReentrantLock();

    /**
     * Opens the file, creating it with mode 0600 and taking away any wider one, and brings its schema up to date.
     *
     * @throws StoreException when it cannot be opened or its schema is newer than this program
     */
    public Database(Path file) {
        this.file = file;
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(10_000);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        try {
            if (!Files.exists(file)) {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } else if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
                // A copy from a backup: it holds hashes of passwords and tokens of running servers.
                Files.setPosixFilePermissions(file, OWNER_ONLY);
            }
        } catch (java.nio.file.FileAlreadyExistsException _) {
            // Another process made it in the same moment.
        } catch (IOException e) {
            throw new StoreException(
                    "database " + file + " cannot be created or kept from others: " + e + " (run: carrel setup)", e);
        }
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        pool = open(source);
    }

    private HikariDataSource open(SQLiteDataSource source) {
        HikariConfig hikari = new HikariConfig();
        hikari.setDataSource(source);
        hikari.setMaximumPoolSize(8);
        hikari.setMinimumIdle(1);
        hikari.setConnectionTimeout(10_000);
        hikari.setPoolName("database");
        HikariDataSource opened = null;
        try {
            opened = new HikariDataSource(hikari);
            migrate(opened);
            return opened;
        } catch (RuntimeException e) {
            if (opened != null) {
                opened.close();
            }
            throw e instanceof StoreException known
                    ? known
                    : new StoreException("database " + file + " cannot be opened: " + rootMessage(e), e);
        }
    }

    /** Reads. */
    <T> T read(Function<DSLContext, T> query) {
        return guarded(pool, "reading", query);
    }

    /** Writes, all or nothing. */
    <T> T write(Function<DSLContext, T> change) {
        return write(pool, change);
    }

    private <T> T write(HikariDataSource from, Function<DSLContext, T> change) {
        boolean turn;
        try {
            turn = writing.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            turn = false;
        }
        if (!turn) {
            throw new StoreException("writing the database " + file + ": no turn within " + PATIENCE_SECONDS
                    + " s (look at free space and at who else uses the file)");
        }
        try {
            return guarded(from, "writing", sql -> sql.transactionResult(c -> change.apply(c.dsl())));
        } finally {
            writing.unlock();
        }
    }

    /** Writes, all or nothing. */
    void change(Consumer<DSLContext> change) {
        write(sql -> {
            change.accept(sql);
            return true;
        });
    }

    /** Whether the database answers. */
    public boolean answers() {
        try {
            return read(sql -> sql.fetchValue("select 1") != null);
        } catch (StoreException _) {
            return false;
        }
    }

    private <T> T guarded(HikariDataSource from, String doing, Function<DSLContext, T> work) {
        try {
            return work.apply(DSL.using(from, SQLDialect.SQLITE));
        } catch (DataAccessException e) {
            throw new StoreException(
                    doing + " the database " + file + " failed: " + rootMessage(e)
                            + " (look at free space and at who else uses the file)",
                    e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private void migrate(HikariDataSource opened) {
        write(opened, sql -> {
            sql.execute("create table if not exists schema_version (version integer not null)");
            Integer found = sql.fetchOptional("select max(version) from schema_version")
                    .map(r -> r.get(0, Integer.class))
                    .orElse(null);
            int version = found == null ? 0 : found;
            if (version > MIGRATIONS.length) {
                throw new StoreException("database " + file + ": its schema is version " + version
                        + ", this program knows " + MIGRATIONS.length + " (start the newer Carrel that wrote it)");
            }
            for (int next = version; next < MIGRATIONS.length; next++) {
                for (String statement : script(MIGRATIONS[next]).split(";\\s*\\n")) {
                    if (!statement.isBlank()) {
                        sql.execute(statement);
                    }
                }
                sql.execute("insert into schema_version (version) values (?)", next + 1);
            }
            return MIGRATIONS.length;
        });
    }

    private static String script(String name) {
        try (InputStream in = Database.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the migration " + name + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading the migration " + name, e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
