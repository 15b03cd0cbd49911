/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.Operator;
import dev.carrel.plugin.table.Term;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The names and values of one request's expressions: every name stands behind a placeholder, as DynamoDB has reserved hundreds of words. For one thread. */
final class Expression {
    private final Map<String, String> placeholders = new LinkedHashMap<>();
    private final Map<String, AttributeValue> values = new LinkedHashMap<>();

    String name(String attribute) {
        return placeholders.computeIfAbsent(attribute, _ -> "#n" + placeholders.size());
    }

    String value(AttributeValue value) {
        String placeholder = ":v" + values.size();
        values.put(placeholder, value);
        return placeholder;
    }

    String value(Object kept) {
        return value(Values.of(kept));
    }

    /** What requests want; null when there is none, since an empty map is refused. */
    @Nullable
    Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        placeholders.forEach((attribute, placeholder) -> names.put(placeholder, attribute));
        return names.isEmpty() ? null : names;
    }

    /** See {@link #names}. */
    @Nullable
    Map<String, AttributeValue> values() {
        return values.isEmpty() ? null : values;
    }

    String exists(String attribute) {
        return "attribute_exists(" + name(attribute) + ")";
    }

    String missing(String attribute) {
        return "attribute_not_exists(" + name(attribute) + ")";
    }

    /** That an attribute is what it was when somebody looked. */
    String same(String attribute, @Nullable AttributeValue seen) {
        return seen == null ? missing(attribute) : name(attribute) + " = " + value(seen);
    }

    /**
     * A comparison.
     *
     * @param initial what a row holds that has no such attribute
     */
    String term(Term term, @Nullable Object initial) {
        String attribute = term.column().name();
        String there = there(term, name(attribute));
        if (term.test(initial)) {
            return "(" + missing(attribute) + " OR " + there + ")";
        }
        // Only "not" is true of what is missing.
        return term.operator() == Operator.NE ? "(" + exists(attribute) + " AND " + there + ")" : there;
    }

    private String there(Term term, String name) {
        Object value = term.value();
        if (value == null) {
            String isNull = type(name, "NULL");
            return term.operator() == Operator.EQ ? isNull : "NOT " + isNull;
        }
        return switch (term.operator()) {
            case EQ -> name + " = " + value(value);
            case NE -> name + " <> " + value(value);
            case LT -> name + " < " + value(value);
            case LE -> name + " <= " + value(value);
            case GT -> name + " > " + value(value);
            case GE -> name + " >= " + value(value);
            // DynamoDB's own refuses ends in the wrong order.
            case BETWEEN ->
                "(" + name + " >= " + value(value) + " AND " + name + " <= " + value(Objects.requireNonNull(term.to()))
                        + ")";
            case BEGINS_WITH -> value.equals("") ? type(name, "S") : "begins_with(" + name + ", " + value(value) + ")";
        };
    }

    private String type(String name, String type) {
        return "attribute_type(" + name + ", " + value(AttributeValue.fromS(type)) + ")";
    }
}
