/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Term;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A record over what is written down of its table: how rows become items and back. Immutable. */
final class View {
    private final Layout layout;
    private final RowShape<?> shape;
    private final String table;
    private final Map<String, Column> columns = new HashMap<>();
    private final SortedSet<String> foreign;

    View(Layout layout, RowShape<?> shape, String table) {
        this.layout = layout;
        this.shape = shape;
        this.table = table;
        shape.columns().forEach(column -> columns.put(column.name(), column));
        this.foreign = new TreeSet<>(layout.indexed());
        foreign.removeAll(columns.keySet());
    }

    Layout layout() {
        return layout;
    }

    /** The columns of indexes that the record does not know: another version's. */
    SortedSet<String> foreign() {
        return foreign;
    }

    /** What a row holds that has no such attribute. */
    @Nullable
    Object initial(Column column) {
        Object written = layout.field(column.name()).initial();
        // A component that could be null once, and no longer can.
        return written == null ? column.initial() : written;
    }

    /** A comparison as DynamoDB writes it. */
    String term(Expression expression, Term term) {
        return expression.term(term, initial(term.column()));
    }

    /** An item as a row is kept. */
    @Nullable
    Object[] kept(Map<String, AttributeValue> item) {
        List<Column> all = shape.columns();
        @Nullable Object[] kept = new Object[all.size()];
        for (int i = 0; i < kept.length; i++) {
            AttributeValue value = item.get(all.get(i).name());
            kept[i] = value == null ? initial(all.get(i)) : kept(all.get(i), value);
        }
        return kept;
    }

    /** An attribute as a column's value is kept. */
    @Nullable
    Object kept(Column column, AttributeValue value) {
        return Values.kept(table, column.name(), column.kind().storage(), value);
    }

    /** The key of an item. */
    Map<String, AttributeValue> key(Object[] key) {
        Map<String, AttributeValue> item = new HashMap<>();
        for (int i = 0; i < key.length; i++) {
            item.put(layout.key().get(i), Values.of(key[i]));
        }
        return item;
    }

    /**
     * What makes an item of a row: attributes that are set, and null for those that go.
     *
     * @param seen the item as it was, for the columns that the record does not know
     */
    Map<String, @Nullable AttributeValue> attributes(@Nullable Object[] kept, Map<String, AttributeValue> seen) {
        Map<String, @Nullable AttributeValue> attributes = new HashMap<>();
        for (Column column : shape.columns()) {
            Object value = kept[column.position()];
            if (value != null) {
                attributes.put(column.name(), Values.of(value));
            } else {
                // What is missing would be read as something else.
                attributes.put(column.name(), initial(column) == null ? null : Values.NULL);
            }
        }
        layout.key().forEach(attributes::remove);
        attributes.putAll(layout.entries(name -> {
            Column column = columns.get(name);
            return column == null ? other(name, seen) : kept[column.position()];
        }));
        return attributes;
    }

    /** A value of an item, by the column's name, whether the record knows it or not. */
    @Nullable
    Object other(String name, Map<String, AttributeValue> item) {
        Layout.Field field = layout.field(name);
        AttributeValue value = item.get(name);
        return value == null ? field.initial() : Values.kept(table, name, field.storage(), value);
    }

    /** That the columns which the record does not know hold what they held. */
    List<String> guard(Expression expression, Map<String, AttributeValue> seen) {
        List<String> conditions = new ArrayList<>();
        foreign.forEach(name -> conditions.add(expression.same(name, seen.get(name))));
        return conditions;
    }

    /** Whether that is not so. */
    boolean differs(Map<String, AttributeValue> seen, Map<String, AttributeValue> now) {
        return foreign.stream().anyMatch(name -> !Objects.equals(seen.get(name), now.get(name)));
    }
}
