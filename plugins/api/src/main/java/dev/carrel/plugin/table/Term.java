/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import org.jspecify.annotations.Nullable;

/**
 * A comparison that fits its table, with its values as they are kept.
 *
 * @param value null only with {@link Operator#EQ} and {@link Operator#NE}
 * @param to not null exactly with {@link Operator#BETWEEN}
 */
public record Term(
        Column column,
        Operator operator,
        @Nullable Object value,
        @Nullable Object to) {
    static Term of(Column column, Comparison comparison) {
        Operator operator = comparison.operator();
        Object value = comparison.value();
        Object to = comparison.to();
        if (value == null && operator != Operator.EQ && operator != Operator.NE) {
            throw column.fault(operator + " null (expected: a value)");
        }
        if ((to != null) != (operator == Operator.BETWEEN)) {
            throw column.fault(operator + " with " + (to == null ? "one value" : "two values"));
        }
        if (value != null && column.kind() == Kind.LIST) {
            throw column.fault("a list can be compared with null only");
        }
        Object kept =
                value == null ? null : operator == Operator.BEGINS_WITH ? column.prefix(value) : column.given(value);
        return new Term(column, operator, kept, to == null ? null : column.given(to));
    }

    /** Whether it is true of a kept value: what every database must answer. */
    public boolean test(@Nullable Object kept) {
        if (kept == null || value == null) {
            boolean same = kept == null && value == null;
            return operator == Operator.EQ ? same : operator == Operator.NE && !same;
        }
        int order = compare(kept, value);
        return switch (operator) {
            case EQ -> order == 0;
            case NE -> order != 0;
            case LT -> order < 0;
            case LE -> order <= 0;
            case GT -> order > 0;
            case GE -> order >= 0;
            case BEGINS_WITH -> ((String) kept).startsWith((String) value);
            case BETWEEN -> order >= 0 && to != null && compare(kept, to) <= 0;
        };
    }

    /** The order of two kept values of one column. */
    public static int compare(Object left, Object right) {
        return switch (left) {
            case String text -> TextOrder.BYTES.compare(text, (String) right);
            case Long whole -> Long.compare(whole, (Long) right);
            case Double real -> Double.compare(real, (Double) right);
            default -> throw new IllegalArgumentException("no kept value: " + left);
        };
    }
}
