/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Index;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Outcome;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Storage;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Term;
import dev.carrel.plugin.table.Write;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A database in memory, for tests of what uses tables: it keeps every promise but that of outliving its process, and passes the suites of this kit. Any
 * thread.
 */
public final class FakeDatabase implements Database {
    private final Data data;
    private final Set<Fault> faults;
    private volatile boolean down;

    /** Without tables. */
    public FakeDatabase() {
        this(new Data(), EnumSet.noneOf(Fault.class));
    }

    private FakeDatabase(Data data, Set<Fault> faults) {
        this.data = data;
        this.faults = faults;
    }

    static FakeDatabase broken(Set<Fault> faults) {
        return new FakeDatabase(new Data(), faults);
    }

    /** The same rows, opened once more. */
    public FakeDatabase another() {
        return new FakeDatabase(data, faults);
    }

    /** From now on every call fails as when the database is down, or no longer. */
    public void down(boolean isDown) {
        down = isDown;
    }

    /** What can be wrong with a database, for the kit's tests of itself. */
    enum Fault {
        LIMIT_IGNORED,
        PREFIX_IS_PATTERN,
        ORDER_OF_CHARS,
        BETWEEN_WITHOUT_END,
        NULL_IS_LESS,
        NULLS_IN_INDEX,
        CURSOR_REPEATS_LAST,
        COUNT_LIMITED,
        INSERT_OVERWRITES,
        INSERT_RACES,
        VERSION_IGNORED,
        CONDITION_IGNORED,
        HALF_TRANSACTIONS,
        FIRST_REFUSAL_ONLY,
        UNKNOWN_COLUMNS_LOST,
        TYPES_UNCHECKED,
        CASE_IGNORED,
        TRAILING_SPACE_LOST
    }

    /** A row by the names of its columns, so that records that know fewer leave the others alone. */
    static final class Stock {
        final Map<String, Storage> columns = new TreeMap<>();
        final Map<List<Object>, Map<String, @Nullable Object>> rows = new TreeMap<>(Stock::compareKeys);
        final List<String> key;

        Stock(List<String> key) {
            this.key = key;
        }

        private static int compareKeys(List<Object> left, List<Object> right) {
            int order = Term.compare(left.getFirst(), right.getFirst());
            return order != 0 || left.size() == 1 ? order : Term.compare(left.get(1), right.get(1));
        }
    }

    static final class Data {
        final Map<String, Stock> tables = new TreeMap<>();
        final ReentrantLock lock = new ReentrantLock();
    }

    boolean has(Fault fault) {
        return faults.contains(fault);
    }

    Data data() {
        return data;
    }

    void answer() {
        if (down) {
            throw new DatabaseException("the fake database is down (start it)", true);
        }
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public <R extends Record> Table<R> open(Class<R> type) {
        RowShape<R> shape = RowShape.of(type);
        answer();
        data.lock.lock();
        try {
            List<String> key = key(shape);
            Stock stock = data.tables.computeIfAbsent(shape.table(), _ -> new Stock(key));
            if (!stock.key.equals(key) && !has(Fault.TYPES_UNCHECKED)) {
                throw refusal(shape, "key", stock.key.toString(), key.toString());
            }
            for (Column column : shape.columns()) {
                Storage storage = column.kind().storage();
                Storage found = stock.columns.putIfAbsent(column.name(), storage);
                if (found == null) {
                    stock.rows.values().forEach(row -> row.put(column.name(), column.initial()));
                } else if (found != storage && !has(Fault.TYPES_UNCHECKED)) {
                    throw refusal(shape, "column " + column.name(), found.toString(), storage.toString());
                }
            }
            return new FakeTable<>(this, shape, stock);
        } finally {
            data.lock.unlock();
        }
    }

    private static DatabaseException refusal(RowShape<?> shape, String what, String found, String expected) {
        return new DatabaseException(
                "table " + shape.table() + ", " + what + ": found " + found + ", expected " + expected, false);
    }

    private static List<String> key(RowShape<?> shape) {
        Index key = shape.key();
        return Stream.concat(Stream.of(key.partition()), key.sort().stream())
                .map(Column::name)
                .toList();
    }

    @Override
    public Outcome transact(List<Write> writes) {
        check(writes);
        answer();
        data.lock.lock();
        try {
            List<Integer> refused = new ArrayList<>();
            List<Runnable> changes = new ArrayList<>();
            for (int i = 0; i < writes.size(); i++) {
                Optional<Runnable> change = table(writes.get(i)).prepare(writes.get(i));
                change.ifPresent(changes::add);
                if (change.isEmpty() && (refused.isEmpty() || !has(Fault.FIRST_REFUSAL_ONLY))) {
                    refused.add(i);
                }
            }
            if (refused.isEmpty() || has(Fault.HALF_TRANSACTIONS)) {
                changes.forEach(Runnable::run);
            }
            return new Outcome(refused);
        } finally {
            data.lock.unlock();
        }
    }

    private FakeTable<?> table(Write write) {
        if (!(write.table() instanceof FakeTable<?> table) || table.database() != this) {
            throw new IllegalArgumentException(
                    "transaction: table " + write.table().shape().table() + " of another database");
        }
        return table;
    }

    private void check(List<Write> writes) {
        if (writes.isEmpty() || writes.size() > Limits.WRITES) {
            throw new IllegalArgumentException(
                    "transaction: " + writes.size() + " writes (expected: 1 to " + Limits.WRITES + ")");
        }
        Set<List<Object>> rows = new HashSet<>();
        for (Write write : writes) {
            List<Object> row =
                    new ArrayList<>(Arrays.asList(table(write).shape().encode(write.key())));
            row.add(write.table().shape().table());
            if (!rows.add(row)) {
                throw new IllegalArgumentException("transaction: two writes about row " + row);
            }
        }
    }

    @Override
    public Optional<String> health() {
        return down ? Optional.of("the fake database is down") : Optional.empty();
    }
}
