/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Operator;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Plan;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Storage;
import dev.carrel.plugin.table.Term;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;

/** The answer to one query, from as many requests as it takes. For one use. */
final class Reading {
    /** What a request looks at when a filter leaves out an unknown part of it. */
    private static final int STRIDE = 1000;

    private final Calls calls;
    private final View view;
    private final String table;
    private final Plan plan;
    private final Expression expression = new Expression();
    private final @Nullable String where;
    private final @Nullable String filter;
    private final boolean isEmpty;

    /** What a request found. */
    private record Found(List<Map<String, AttributeValue>> items, int count, Map<String, AttributeValue> last) {}

    Reading(Calls calls, View view, String table, Plan plan) {
        this.calls = calls;
        this.view = view;
        this.table = table;
        this.plan = plan;
        this.isEmpty = plan.range().filter(Reading::isNothing).isPresent();
        this.where = plan.partition() == null || isEmpty ? null : where(plan.partition());
        this.filter = plan.filter().isEmpty()
                ? null
                : plan.filter().stream()
                        .map(term -> view.term(expression, term))
                        .collect(Collectors.joining(" AND "));
    }

    private boolean isOfIndex() {
        return !plan.index().name().isEmpty();
    }

    /** DynamoDB refuses ends in the wrong order instead of finding nothing. */
    private static boolean isNothing(Term range) {
        return range.operator() == Operator.BETWEEN
                && Term.compare(Objects.requireNonNull(range.value()), Objects.requireNonNull(range.to())) > 0;
    }

    private String where(Object partition) {
        if (!isOfIndex()) {
            String equal = expression.name(plan.index().partition().name()) + " = " + expression.value(partition);
            return plan.range()
                    .filter(range -> range.operator() != Operator.BEGINS_WITH || !"".equals(range.value()))
                    .map(range -> equal + " AND " + keyRange(range))
                    .orElse(equal);
        }
        String name = plan.index().name();
        return expression.name(Layout.partitionOf(name)) + " = "
                + expression.value(Values.bytes(Ordered.of(partition)))
                + plan.range().map(range -> " AND " + indexRange(name, range)).orElse("");
    }

    private String keyRange(Term range) {
        String name = expression.name(range.column().name());
        String value = expression.value(Objects.requireNonNull(range.value()));
        return switch (range.operator()) {
            case EQ -> name + " = " + value;
            case LT -> name + " < " + value;
            case LE -> name + " <= " + value;
            case GT -> name + " > " + value;
            case GE -> name + " >= " + value;
            case BETWEEN -> name + " BETWEEN " + value + " AND " + expression.value(Objects.requireNonNull(range.to()));
            case BEGINS_WITH -> "begins_with(" + name + ", " + value + ")";
            case NE -> throw new IllegalStateException("a range that is none: " + range);
        };
    }

    /** Both ends as bytes: what is sorted by begins with the code of the sort component. */
    private String indexRange(String index, Term range) {
        Object value = Objects.requireNonNull(range.value());
        byte[] code = Ordered.of(value);
        byte[] behind = Ordered.behind(code);
        byte[] least = Ordered.least();
        byte[] most = Ordered.behind(new byte[0]);
        byte[][] ends = switch (range.operator()) {
            case EQ -> new byte[][] {code, behind};
            case LT -> new byte[][] {least, code};
            case LE -> new byte[][] {least, behind};
            case GT -> new byte[][] {behind, most};
            case GE -> new byte[][] {code, most};
            case BETWEEN -> new byte[][] {code, Ordered.behind(Ordered.of(Objects.requireNonNull(range.to())))};
            case BEGINS_WITH -> beginning((String) value);
            case NE -> throw new IllegalStateException("a range that is none: " + range);
        };
        return expression.name(Layout.sortOf(index)) + " BETWEEN " + expression.value(Values.bytes(ends[0])) + " AND "
                + expression.value(Values.bytes(ends[1]));
    }

    private static byte[][] beginning(String prefix) {
        byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
        return new byte[][] {bytes.length == 0 ? Ordered.least() : bytes, Ordered.behind(bytes)};
    }

    /** A page, shorter than it might be when the filter leaves out so much that the call's time is over. */
    <R extends Record> Page<R> page(RowShape<R> shape) {
        long begun = System.nanoTime();
        List<@Nullable Object[]> rows = new ArrayList<>();
        Map<String, AttributeValue> from = start();
        boolean more = !isEmpty && (plan.position().isEmpty() || !plan.order().isEmpty());
        while (more && rows.size() <= plan.limit() && !calls.isOver(begun)) {
            // One more shows whether there is one more.
            int wanted = filter == null ? plan.limit() + 1 - rows.size() : STRIDE;
            Map<String, AttributeValue> start = from;
            Found found = calls.read("reading table " + table, client -> ask(client, start, wanted, false));
            found.items().forEach(item -> rows.add(view.kept(item)));
            from = found.last();
            more = !from.isEmpty();
        }
        Optional<String> next = Optional.empty();
        if (rows.size() > plan.limit()) {
            rows.subList(plan.limit(), rows.size()).clear();
            next = Optional.of(plan.cursor(rows.getLast()));
        } else if (more) {
            next = Optional.of(plan.cursor(place(from, shape.columns().size())));
        }
        return new Page<>(rows.stream().map(shape::decode).toList(), next);
    }

    /** How many rows there are. */
    long count() {
        long begun = System.nanoTime();
        long count = 0;
        Map<String, AttributeValue> from = Map.of();
        boolean more = !isEmpty;
        while (more) {
            if (calls.isOver(begun)) {
                throw new DatabaseException(
                        "counting in table " + table + " in " + calls.name()
                                + " took too long (raise query-timeout, or read page by page)",
                        true);
            }
            Map<String, AttributeValue> start = from;
            Found found = calls.read("counting in table " + table, client -> ask(client, start, 0, true));
            count += found.count();
            from = found.last();
            more = !from.isEmpty();
        }
        return count;
    }

    /** @param wanted how many items to look at; 0 for as many as fit an answer */
    private Found ask(DynamoDbClient client, Map<String, AttributeValue> from, int wanted, boolean counting) {
        Integer limit = wanted == 0 ? null : wanted;
        Map<String, AttributeValue> start = from.isEmpty() ? null : from;
        Select select = counting ? Select.COUNT : Select.ALL_ATTRIBUTES;
        if (where == null) {
            ScanResponse found = client.scan(scan -> scan.tableName(table)
                    .select(select)
                    .consistentRead(true)
                    .limit(limit)
                    .exclusiveStartKey(start)
                    .filterExpression(filter)
                    .expressionAttributeNames(expression.names())
                    .expressionAttributeValues(expression.values()));
            return new Found(found.items(), found.count(), found.lastEvaluatedKey());
        }
        QueryResponse found = client.query(query -> query.tableName(table)
                .indexName(isOfIndex() ? Layout.nameOf(plan.index().name()) : null)
                .select(select)
                // Indexes have no other reads.
                .consistentRead(!isOfIndex())
                .scanIndexForward(!plan.descending())
                .limit(limit)
                .exclusiveStartKey(start)
                .keyConditionExpression(where)
                .filterExpression(filter)
                .expressionAttributeNames(expression.names())
                .expressionAttributeValues(expression.values()));
        return new Found(found.items(), found.count(), found.lastEvaluatedKey());
    }

    /** The place of the cursor as DynamoDB names it; the row need not be there any more. */
    private Map<String, AttributeValue> start() {
        if (plan.position().isEmpty()) {
            return Map.of();
        }
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < plan.order().size(); i++) {
            values.put(plan.order().get(i).name(), plan.position().get(i));
        }
        if (plan.partition() != null) {
            values.put(plan.index().partition().name(), plan.partition());
        }
        Object[] key = view.layout().key().stream()
                .map(column -> Objects.requireNonNull(values.get(column)))
                .toArray();
        Map<String, AttributeValue> place = view.key(key);
        if (isOfIndex()) {
            List<Object> sort = new ArrayList<>();
            plan.index().sort().ifPresent(column -> sort.add(Objects.requireNonNull(values.get(column.name()))));
            sort.addAll(Arrays.asList(key));
            String name = plan.index().name();
            place.put(Layout.partitionOf(name), Values.bytes(Ordered.of(Objects.requireNonNull(plan.partition()))));
            place.put(Layout.sortOf(name), Values.bytes(Ordered.of(sort.toArray())));
        }
        return place;
    }

    /** DynamoDB's place as a row of which only what orders it is known. */
    private @Nullable Object[] place(Map<String, AttributeValue> last, int columns) {
        @Nullable Object[] row = new Object[columns];
        for (Column column : plan.order()) {
            AttributeValue value = last.get(column.name());
            row[column.position()] = value == null ? sorted(column.kind().storage(), last) : view.kept(column, value);
        }
        return row;
    }

    /** The sort component of an index, from what the index is sorted by. */
    private Object sorted(Storage storage, Map<String, AttributeValue> last) {
        AttributeValue sort =
                Objects.requireNonNull(last.get(Layout.sortOf(plan.index().name())));
        return Ordered.first(sort.b().asByteArrayUnsafe(), storage);
    }
}
