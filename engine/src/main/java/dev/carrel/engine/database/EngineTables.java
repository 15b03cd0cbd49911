/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every table of the engine, on whichever database the operator chose. Tables are opened when they are first asked for, so that an engine starts while
 * its database is down and goes on when that is back. Any thread.
 */
public final class EngineTables {
    /** Every record of the engine that is a table: what an export holds. */
    public static final List<Class<? extends Record>> ALL = List.of(
            UserRow.class,
            RosterRow.class,
            LoginRow.class,
            TokenRow.class,
            InvitationRow.class,
            IdentityRow.class,
            FlowRow.class,
            RevocationRow.class,
            AuditRow.class,
            AuditEndRow.class,
            SessionRow.class,
            EndedRow.class,
            HomeRow.class,
            PortRow.class,
            FunctionRow.class,
            FunctionVersionRow.class,
            FunctionPartRow.class,
            FunctionChangeRow.class,
            ScheduleRow.class,
            FunctionShareRow.class,
            DeferredRow.class,
            DeferredPartRow.class,
            LeaseRow.class,
            InstanceRow.class,
            HomePlaceRow.class,
            RoomRow.class);

    /** The name of the table of accounts. */
    public static final String ACCOUNTS = UserRow.TABLE;

    private static final Logger LOG = LoggerFactory.getLogger(EngineTables.class);
    /** So long a change is tried anew while others change the same rows. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long LONGEST_PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final Database database;
    private final ConcurrentMap<Class<?>, Table<?>> opened = new ConcurrentHashMap<>();

    /** Opens nothing yet. */
    @Inject
    public EngineTables(Database database) {
        this.database = database;
    }

    /**
     * Opens them all, making what is missing.
     *
     * @throws StoreException when the database does not answer or its tables are not ours
     */
    public List<Table<?>> openAll() {
        return reading("opening the tables", () -> {
            List<Table<?>> tables = new ArrayList<>();
            ALL.forEach(type -> tables.add(of(type)));
            return tables;
        });
    }

    /** Empty when the database answers, else why not. */
    public Optional<String> health() {
        return database.health();
    }

    /** One of them. */
    <R extends Record> Table<R> of(Class<R> type) {
        Table<?> known = opened.get(type);
        if (known == null) {
            // Opening may take long, and twice does no harm: no lock is held meanwhile.
            Table<R> fresh = database.open(type);
            opened.put(type, fresh);
            return fresh;
        }
        return cast(known);
    }

    @SuppressWarnings("unchecked")
    private static <R extends Record> Table<R> cast(Table<?> table) {
        return (Table<R>) table;
    }

    /** Reads. */
    <T> T reading(String doing, Supplier<T> work) {
        try {
            return work.get();
        } catch (DatabaseException e) {
            throw new StoreException(doing + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads, decides and writes, again and again until nobody else changed what was read: an attempt that gives nothing was overtaken.
     *
     * @throws StoreException when the database does not answer, or others are faster for 20 s
     */
    <T> T writing(String doing, Supplier<Optional<T>> attempt) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long pause = 0;
        do {
            Optional<T> done = reading(doing, attempt);
            if (done.isPresent()) {
                return done.get();
            }
            if (pause > 0) {
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(pause));
            }
            pause = Math.min(LONGEST_PAUSE_NANOS, pause * 2 + 100_000);
        } while (System.nanoTime() < end && !Thread.currentThread().isInterrupted());
        throw new StoreException(
                doing
                        + ": others change the same rows all the time (try again; if it stays so, look for a loop of requests)");
    }

    /** All or nothing; false when nothing. */
    boolean done(List<Write> writes) {
        return database.transact(writes).done();
    }

    /** As many transactions as they need. */
    void inBatches(List<Write> writes) {
        for (int from = 0; from < writes.size(); from += Limits.WRITES) {
            database.transact(writes.subList(from, Math.min(writes.size(), from + Limits.WRITES)));
        }
    }

    /** What a change leaves to be swept: it stands whether that succeeds or not. */
    void sweep(List<Write> writes) {
        try {
            inBatches(writes);
        } catch (DatabaseException e) {
            LOG.warn("sweeping after a change failed and is left to the next tidying up: {}", e.getMessage());
        }
    }

    /** Every row that a query finds, page by page. */
    static <R extends Record> void each(Table<R> table, Query query, Consumer<R> row) {
        Query next = query.limit(Limits.PAGE);
        Optional<String> cursor;
        do {
            Page<R> page = table.query(next);
            page.rows().forEach(row);
            cursor = page.next();
            next = cursor.map(next::after).orElse(next);
        } while (cursor.isPresent());
    }

    static <R extends Record> List<R> all(Table<R> table, Query query) {
        List<R> rows = new ArrayList<>();
        each(table, query, rows::add);
        return rows;
    }

    /** Deletes what each of some queries finds; how many rows. */
    <R extends Record> int prune(Table<R> table, Function<R, Write> delete, Query... queries) {
        int gone = 0;
        for (Query query : queries) {
            List<R> rows = all(table, query);
            for (R row : rows) {
                // One by one: a row that has changed since stays, and keeps no other.
                gone += database.transact(List.of(delete.apply(row))).done() ? 1 : 0;
            }
        }
        return gone;
    }
}
