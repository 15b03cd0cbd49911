/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the annotations of a record say, and the way from its instances to kept values and back. Reflection happens once, in {@link #of}. Immutable.
 *
 * <p>A row as it is kept is an array with a value for each column, in the order of {@link #columns}: String, Long or Double as its {@link Storage}
 * says, or null.
 */
public final class RowShape<R extends Record> {
    private final Class<R> type;
    private final String table;
    private final List<Column> columns;
    private final Map<String, Index> indexes;
    private final Index key;
    private final Optional<Column> version;
    private final MethodHandle[] accessors;
    private final MethodHandle constructor;

    RowShape(
            Class<R> type,
            String table,
            List<Column> columns,
            Map<String, Index> indexes,
            Optional<Column> version,
            MethodHandle[] accessors,
            MethodHandle constructor) {
        this.type = type;
        this.table = table;
        this.columns = List.copyOf(columns);
        this.indexes = indexes;
        this.key = Objects.requireNonNull(indexes.get(""));
        this.version = version;
        this.accessors = accessors.clone();
        this.constructor = constructor;
    }

    /**
     * Reads a record's annotations.
     *
     * @throws IllegalArgumentException naming every fault
     */
    public static <R extends Record> RowShape<R> of(Class<R> type) {
        return new ShapeReader<>(type).read();
    }

    /** The record. */
    public Class<R> type() {
        return type;
    }

    /** The table's name, without an installation's prefix. */
    public String table() {
        return table;
    }

    /** One for each component, in their order. */
    public List<Column> columns() {
        return columns;
    }

    /** The key. */
    public Index key() {
        return key;
    }

    /** The indexes, by name; without the key. */
    public List<Index> indexes() {
        return indexes.values().stream().filter(i -> !i.name().isEmpty()).toList();
    }

    /** The component that counts writes. */
    public Optional<Column> version() {
        return version;
    }

    /** @throws IllegalArgumentException when there is no such index; the key's name is empty */
    Index index(String name) {
        Index index = indexes.get(name);
        if (index == null) {
            throw new IllegalArgumentException("table " + table + " has no index " + name + " (expected: "
                    + (indexes.size() == 1
                            ? "none"
                            : String.join(
                                    ", ",
                                    indexes.keySet().stream()
                                            .filter(n -> !n.isEmpty())
                                            .toList()))
                    + ")");
        }
        return index;
    }

    /** @throws IllegalArgumentException when there is no such component */
    Column column(String component) {
        for (Column column : columns) {
            if (column.component().equals(component)) {
                return column;
            }
        }
        throw new IllegalArgumentException("table " + table + " has no component " + component + " (expected: "
                + String.join(", ", columns.stream().map(Column::component).toList()) + ")");
    }

    /** A condition or filter that fits the table. */
    public List<Term> terms(Condition condition) {
        return condition.all().isEmpty()
                ? List.of()
                : condition.all().stream()
                        .map(c -> Term.of(column(c.component()), c))
                        .toList();
    }

    /** A query that fits the table. */
    public Plan plan(Query query) {
        return Plan.of(this, query);
    }

    /** The key of a row. */
    public RowKey key(R row) {
        Object partition = value(row, key.partition());
        if (partition == null) {
            throw key.partition().fault("null (expected: a value, in a key)");
        }
        return new RowKey(partition, key.sort().map(s -> value(row, s)).orElse(null));
    }

    /** A key as it is kept: one value or two. */
    public Object[] encode(RowKey given) {
        Object sort = given.sort();
        if (key.sort().isPresent() != (sort != null)) {
            throw new IllegalArgumentException("key of table " + table + ": "
                    + (sort == null ? "no sort component" : "a sort component") + " (expected: "
                    + (sort == null
                            ? "one, as " + key.sort().map(Column::component).orElse("") + " is part of it)"
                            : "none)"));
        }
        Object partition = key.partition().given(given.partition());
        return sort == null
                ? new Object[] {partition}
                : new Object[] {partition, key.sort().orElseThrow().given(sort)};
    }

    /**
     * A row as it is kept; its version as it stands in the record.
     *
     * @throws IllegalArgumentException when it does not fit
     */
    public @Nullable Object[] encode(R row) {
        Object[] kept = new Object[accessors.length];
        int size = 0;
        for (int i = 0; i < accessors.length; i++) {
            Column column = columns.get(i);
            Object value = column.encode(value(row, column));
            kept[i] = value;
            size += Column.size(value);
        }
        if (size > Limits.ROW_BYTES) {
            throw new IllegalArgumentException(
                    "row of table " + table + ": " + size + " bytes (expected: at most " + Limits.ROW_BYTES + ")");
        }
        return kept;
    }

    /**
     * A kept row as a record.
     *
     * @throws DatabaseException not retryable, when the record cannot hold it
     */
    public R decode(@Nullable Object[] kept) {
        Object[] values = new Object[kept.length];
        try {
            for (int i = 0; i < kept.length; i++) {
                values[i] = columns.get(i).decode(kept[i]);
            }
            return type.cast((Object) constructor.invokeExact(values));
        } catch (DatabaseException e) {
            throw new DatabaseException("table " + table + ": " + e.getMessage(), false, e);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new DatabaseException(
                    "table " + table + " holds a row that " + type.getSimpleName() + " refuses: " + e.getMessage(),
                    false,
                    e);
        }
    }

    private @Nullable Object value(R row, Column column) {
        try {
            return (Object) accessors[column.position()].invokeExact((Object) row);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalArgumentException(column.component() + " cannot be read: " + e, e);
        }
    }

    @Override
    public String toString() {
        return table + " of " + type.getName();
    }
}
