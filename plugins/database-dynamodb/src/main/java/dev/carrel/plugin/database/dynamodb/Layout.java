/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Index;
import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Storage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What is written down of a table: all columns and indexes that any version of its record ever had. Immutable.
 *
 * @param revision counts changes
 * @param key the names of the key's columns, one or two
 * @param fields by column
 * @param indexes by name
 */
record Layout(long revision, List<String> key, SortedMap<String, Field> fields, SortedMap<String, Sorting> indexes) {
    /**
     * A column.
     *
     * @param initial what rows hold that were written before it was there
     */
    record Field(Storage storage, @Nullable Object initial) {}

    /**
     * An index.
     *
     * @param filled whether the rows have its attributes that were there before it
     */
    record Sorting(String partition, Optional<String> sort, boolean filled) {
        List<String> columns() {
            List<String> columns = new ArrayList<>(List.of(partition));
            sort.ifPresent(columns::add);
            return columns;
        }
    }

    /** Gives a row's values by column. */
    interface Row {
        @Nullable
        Object value(String column);
    }

    /** The attribute with an index's partition. */
    static String partitionOf(String index) {
        return "_h_" + index;
    }

    /** The attribute with an index's sort component and the row's key. */
    static String sortOf(String index) {
        return "_s_" + index;
    }

    /** What DynamoDB calls an index; its names have three characters at least. */
    static String nameOf(String index) {
        return "by_" + index;
    }

    Field field(String column) {
        return Objects.requireNonNull(fields.get(column), column);
    }

    /**
     * The attributes that make a row part of the indexes; null where it is not in one.
     *
     * <p>A text that is too long for an index can only come from an engine for which its column was in none yet; the row is not in the index then, as
     * DynamoDB could not keep it there.
     */
    SortedMap<String, @Nullable AttributeValue> entries(Row row) {
        SortedMap<String, @Nullable AttributeValue> entries = new TreeMap<>();
        indexes.forEach((name, index) -> {
            List<Object> values = new ArrayList<>();
            for (String column : index.columns()) {
                Object value = row.value(column);
                if (value != null && !isLong(value)) {
                    values.add(value);
                }
            }
            boolean in = values.size() == index.columns().size();
            if (in) {
                key.forEach(column -> values.add(Objects.requireNonNull(row.value(column))));
            }
            entries.put(partitionOf(name), in ? Values.bytes(Ordered.of(values.getFirst())) : null);
            Object[] sort = in ? values.subList(1, values.size()).toArray() : new Object[0];
            entries.put(sortOf(name), in ? Values.bytes(Ordered.of(sort)) : null);
        });
        return entries;
    }

    private static boolean isLong(Object value) {
        return value instanceof String text
                && text.length() > Limits.KEY_BYTES / 4
                && text.getBytes(StandardCharsets.UTF_8).length > Limits.KEY_BYTES;
    }

    /** The columns that indexes are of. */
    Set<String> indexed() {
        Set<String> columns = new HashSet<>();
        indexes.values().forEach(index -> columns.addAll(index.columns()));
        return columns;
    }

    /** The names of a record's indexes that some rows lack. */
    List<String> unfilled(RowShape<?> shape) {
        return shape.indexes().stream()
                .map(Index::name)
                .filter(name -> !Objects.requireNonNull(indexes.get(name)).filled())
                .toList();
    }

    /** The same with indexes whose attributes every row has. */
    Layout filled(List<String> names) {
        SortedMap<String, Sorting> after = new TreeMap<>(indexes);
        names.forEach(
                name -> after.computeIfPresent(name, (_, index) -> new Sorting(index.partition(), index.sort(), true)));
        return after.equals(indexes) ? this : new Layout(revision + 1, key, fields, after);
    }

    /** Of a table that nobody has opened yet. */
    static Layout of(RowShape<?> shape) {
        return new Layout(0, columns(shape.key()), new TreeMap<>(), new TreeMap<>());
    }

    private static List<String> columns(Index index) {
        List<String> columns = new ArrayList<>(List.of(index.partition().name()));
        index.sort().ifPresent(sort -> columns.add(sort.name()));
        return List.copyOf(columns);
    }

    /**
     * With what a record has besides; the same when nothing is missing.
     *
     * @param table for messages
     * @param empty whether there are no rows, so that new indexes lack none
     * @throws DatabaseException not retryable, when the record does not fit
     */
    Layout grown(RowShape<?> shape, String table, boolean empty) {
        if (!key.equals(columns(shape.key()))) {
            throw refusal(table, "key", String.join(", ", key), String.join(", ", columns(shape.key())));
        }
        SortedMap<String, Field> allFields = new TreeMap<>(fields);
        for (Column column : shape.columns()) {
            Field there = fields.get(column.name());
            if (there == null) {
                allFields.put(column.name(), new Field(column.kind().storage(), column.initial()));
            } else if (there.storage() != column.kind().storage()) {
                throw refusal(
                        table,
                        "column " + column.name(),
                        lower(there.storage()),
                        lower(column.kind().storage()) + ", for " + lower(column.kind()));
            }
        }
        SortedMap<String, Sorting> allIndexes = new TreeMap<>(indexes);
        for (Index index : shape.indexes()) {
            Sorting wanted = new Sorting(index.partition().name(), index.sort().map(Column::name), empty);
            Sorting there = allIndexes.putIfAbsent(index.name(), wanted);
            if (there != null && !there.columns().equals(wanted.columns())) {
                throw refusal(
                        table,
                        "index " + index.name(),
                        "on " + String.join(", ", there.columns()),
                        "on " + String.join(", ", wanted.columns()));
            }
        }
        return allFields.equals(fields) && allIndexes.equals(indexes)
                ? this
                : new Layout(revision + 1, key, allFields, allIndexes);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT);
    }

    static DatabaseException refusal(String table, String what, String found, String expected) {
        return new DatabaseException(
                "table " + table + ", " + what + ": found " + found + ", expected " + expected
                        + " (tables only ever grow: give the changed component another name, or the table; then copy the rows)",
                false);
    }
}
