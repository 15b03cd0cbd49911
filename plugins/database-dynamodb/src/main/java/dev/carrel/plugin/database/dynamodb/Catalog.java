/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.Storage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** The table of tables: an item for each, with its {@link Layout}. Any thread. */
final class Catalog {
    /** For how long an engine may write by what it has read here: all engines. */
    static final Duration LEASE = Duration.ofSeconds(5);

    /** Its key. */
    static final String KEY = "table";

    private static final String REVISION = "revision";
    private static final String COLUMNS = "columns";
    private static final String INDEXES = "indexes";
    private static final String STORAGE = "storage";
    private static final String INITIAL = "initial";
    private static final String PARTITION = "partition";
    private static final String SORT = "sort";
    private static final String FILLED = "filled";
    private static final String KEYS = "key";

    private final Calls calls;
    private final String name;
    private final Duration lease;

    Catalog(Calls calls, String prefix, Duration lease) {
        this.calls = calls;
        this.lease = lease;
        // No table of a record has a dot in its name.
        this.name = prefix + ".tables";
    }

    /** {@link #LEASE}, but in tests. */
    Duration lease() {
        return lease;
    }

    /** The name of the table of tables. */
    String name() {
        return name;
    }

    /** What is written down of a table; empty when it was never opened, or nothing was. */
    Optional<Layout> read(String table) {
        GetItemResponse found = calls.read("reading table " + name, client -> {
            try {
                return client.getItem(get -> get.tableName(name)
                        .key(Map.of(KEY, AttributeValue.fromS(table)))
                        .consistentRead(true));
            } catch (ResourceNotFoundException _) {
                return GetItemResponse.builder().build();
            }
        });
        return found.hasItem() ? Optional.of(layout(found.item())) : Optional.empty();
    }

    /** Writes a layout down, unless somebody has changed the one before; returns whether it did. */
    boolean save(String table, Layout layout, boolean first) {
        Expression expression = new Expression();
        String condition = first
                ? expression.missing(KEY)
                : expression.name(REVISION) + " = " + expression.value(layout.revision() - 1);
        return calls.write("writing table " + name, client -> {
            try {
                client.putItem(put -> put.tableName(name)
                        .item(item(table, layout))
                        .conditionExpression(condition)
                        .expressionAttributeNames(expression.names())
                        .expressionAttributeValues(expression.values()));
                return true;
            } catch (ConditionalCheckFailedException _) {
                return false;
            }
        });
    }

    private static Map<String, AttributeValue> item(String table, Layout layout) {
        Map<String, AttributeValue> columns = new HashMap<>();
        layout.fields().forEach((name, field) -> {
            Map<String, AttributeValue> column = new HashMap<>();
            column.put(STORAGE, AttributeValue.fromS(field.storage().name()));
            Object initial = field.initial();
            if (initial != null) {
                column.put(INITIAL, Values.of(initial));
            }
            columns.put(name, AttributeValue.fromM(column));
        });
        Map<String, AttributeValue> indexes = new HashMap<>();
        layout.indexes().forEach((name, index) -> {
            Map<String, AttributeValue> entry = new HashMap<>();
            entry.put(PARTITION, AttributeValue.fromS(index.partition()));
            index.sort().ifPresent(sort -> entry.put(SORT, AttributeValue.fromS(sort)));
            entry.put(FILLED, AttributeValue.fromBool(index.filled()));
            indexes.put(name, AttributeValue.fromM(entry));
        });
        return Map.of(
                KEY, AttributeValue.fromS(table),
                REVISION, Values.of(layout.revision()),
                KEYS,
                        AttributeValue.fromL(
                                layout.key().stream().map(AttributeValue::fromS).toList()),
                COLUMNS, AttributeValue.fromM(columns),
                INDEXES, AttributeValue.fromM(indexes));
    }

    private static Layout layout(Map<String, AttributeValue> item) {
        TreeMap<String, Layout.Field> fields = new TreeMap<>();
        of(item, COLUMNS).m().forEach((name, column) -> fields.put(name, field(name, column.m())));
        TreeMap<String, Layout.Sorting> indexes = new TreeMap<>();
        of(item, INDEXES)
                .m()
                .forEach((name, index) -> indexes.put(
                        name,
                        new Layout.Sorting(
                                of(index.m(), PARTITION).s(),
                                Optional.ofNullable(index.m().get(SORT)).map(AttributeValue::s),
                                of(index.m(), FILLED).bool())));
        List<String> key = of(item, KEYS).l().stream().map(AttributeValue::s).toList();
        return new Layout(Long.parseLong(of(item, REVISION).n()), key, fields, indexes);
    }

    private static Layout.Field field(String name, Map<String, AttributeValue> column) {
        Storage storage = Storage.valueOf(of(column, STORAGE).s());
        @Nullable AttributeValue initial = column.get(INITIAL);
        return new Layout.Field(storage, initial == null ? null : Values.kept(KEY, name, storage, initial));
    }

    private static AttributeValue of(Map<String, AttributeValue> map, String name) {
        return Objects.requireNonNull(map.get(name), name);
    }
}
