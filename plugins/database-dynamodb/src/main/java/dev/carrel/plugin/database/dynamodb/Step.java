/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.Condition;
import dev.carrel.plugin.table.Operator;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Term;
import dev.carrel.plugin.table.Write;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One write that fits its table; how it is asked for depends on what is written down of the table at that moment. */
final class Step {
    /** What is done to the row. */
    enum Doing {
        INSERT,
        PUT,
        RESTORE,
        REPLACE,
        DELETE,
        DISCARD,
        CHECK;

        boolean writes() {
            return this == INSERT || this == PUT || this == RESTORE || this == REPLACE;
        }
    }

    private final Doing doing;
    private final DynamoTable<?> table;
    private final Object[] key;
    private final @Nullable Object @Nullable [] kept;
    private final List<Term> condition;

    private Step(
            Doing doing, DynamoTable<?> table, Object[] key, @Nullable Object @Nullable [] kept, List<Term> condition) {
        this.doing = doing;
        this.table = table;
        this.key = key;
        this.kept = kept;
        this.condition = condition;
    }

    /** @throws IllegalArgumentException when row, key or condition do not fit the table */
    static Step of(DynamoTable<?> table, Write write) {
        return switch (write) {
            case Write.Insert<?> insert -> row(Doing.INSERT, table, insert.row(), Condition.NONE);
            case Write.Put<?> put -> row(Doing.PUT, table, put.row(), Condition.NONE);
            case Write.Restore<?> restore -> row(Doing.RESTORE, table, restore.row(), Condition.NONE);
            case Write.Replace<?> replace -> row(Doing.REPLACE, table, replace.row(), replace.condition());
            case Write.Delete delete -> key(Doing.DELETE, table, delete.key(), delete.condition());
            case Write.Discard discard -> key(Doing.DISCARD, table, discard.key(), Condition.NONE);
            case Write.Check check -> key(Doing.CHECK, table, check.key(), check.condition());
        };
    }

    private static <R extends Record> Step row(Doing doing, DynamoTable<R> table, Record given, Condition condition) {
        RowShape<R> shape = table.shape();
        R row = shape.type().cast(given);
        @Nullable Object[] kept = shape.encode(row);
        Object[] key = shape.encode(shape.key(row));
        return new Step(doing, table, key, kept, shape.terms(condition));
    }

    private static Step key(Doing doing, DynamoTable<?> table, RowKey key, Condition condition) {
        return new Step(
                doing, table, table.shape().encode(key), null, table.shape().terms(condition));
    }

    DynamoTable<?> table() {
        return table;
    }

    /** The key as it is kept. */
    Object[] key() {
        return key;
    }

    /** How much of a transaction it takes, but for names. */
    long bytes() {
        long bytes = 0;
        for (Object value : kept == null ? key : kept) {
            bytes += value instanceof String text ? text.getBytes(StandardCharsets.UTF_8).length : Long.BYTES;
        }
        return bytes;
    }

    /** The row as it is kept, with the version that it has when the write succeeds; not of one that was put. */
    @Nullable
    Object[] written() {
        @Nullable Object[] row = Objects.requireNonNull(kept).clone();
        table.shape().version().ifPresent(version -> row[version.position()] = versionAfter(row[version.position()]));
        return row;
    }

    private @Nullable Object versionAfter(@Nullable Object given) {
        return switch (doing) {
            case INSERT -> 1L;
            case REPLACE -> (given instanceof Long before ? before : 0L) + 1;
            default -> given;
        };
    }

    /**
     * How to ask for it.
     *
     * @param seen what the row's item is believed to be as far as the record does not know it; the change fails when that is wrong
     */
    Change change(View view, Map<String, AttributeValue> seen) {
        Expression expression = new Expression();
        List<String> conditions = new ArrayList<>();
        String partition = view.layout().key().getFirst();
        switch (doing) {
            case INSERT -> conditions.add(expression.missing(partition));
            case REPLACE, DELETE, CHECK -> conditions.add(expression.exists(partition));
            case PUT, RESTORE, DISCARD -> {}
        }
        if (doing == Doing.REPLACE) {
            table.shape()
                    .version()
                    .ifPresent(version -> conditions.add(view.term(
                            expression,
                            new Term(version, Operator.EQ, Objects.requireNonNull(kept)[version.position()], null))));
        }
        condition.forEach(term -> conditions.add(view.term(expression, term)));
        boolean guarded =
                doing.writes() && doing != Doing.INSERT && !view.foreign().isEmpty();
        if (guarded) {
            conditions.addAll(view.guard(expression, seen));
        }
        String update = doing.writes() ? update(view, expression, doing == Doing.INSERT ? Map.of() : seen) : null;
        Change.Kind kind =
                doing.writes() ? Change.Kind.UPDATE : doing == Doing.CHECK ? Change.Kind.CHECK : Change.Kind.DELETE;
        return new Change(
                kind,
                table.name(),
                view.key(key),
                update,
                conditions.isEmpty() ? null : String.join(" AND ", conditions),
                expression,
                guarded);
    }

    private String update(View view, Expression expression, Map<String, AttributeValue> seen) {
        List<String> sets = new ArrayList<>();
        List<String> removals = new ArrayList<>();
        Column version = table.shape().version().orElse(null);
        view.attributes(written(), seen).forEach((attribute, value) -> {
            if (version != null && attribute.equals(version.name()) && doing == Doing.PUT) {
                sets.add(counted(expression, attribute, Objects.requireNonNull(view.initial(version))));
            } else if (value == null) {
                removals.add(expression.name(attribute));
            } else {
                sets.add(expression.name(attribute) + " = " + expression.value(value));
            }
        });
        List<String> parts = new ArrayList<>();
        if (!sets.isEmpty()) {
            parts.add("SET " + String.join(", ", sets));
        }
        if (!removals.isEmpty()) {
            parts.add("REMOVE " + String.join(", ", removals));
        }
        // Transactions want an expression even for a row that is all key.
        return parts.isEmpty() ? "REMOVE " + expression.name("_none") : String.join(" ", parts);
    }

    private static String counted(Expression expression, String version, Object initial) {
        String name = expression.name(version);
        return name + " = if_not_exists(" + name + ", " + expression.value(initial) + ") + " + expression.value(1L);
    }
}
