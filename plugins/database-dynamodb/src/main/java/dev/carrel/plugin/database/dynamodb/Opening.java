/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Index;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;

/** Makes a table ready for a record. Several engines may do so at once: every step may be done twice. For one use. */
final class Opening {
    /** DynamoDB builds an index over a large table for longer than any call of every day takes. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Calls calls;
    private final Catalog catalog;
    private final Tables tables;
    private final RowShape<?> shape;
    private final String table;
    private final Duration longestCall;
    private final long begun = System.nanoTime();
    private Duration pause = FIRST_PAUSE;

    Opening(Calls calls, Catalog catalog, DynamoSettings settings, RowShape<?> shape, String table) {
        this.calls = calls;
        this.catalog = catalog;
        this.tables = new Tables(calls, settings);
        this.shape = shape;
        this.table = table;
        this.longestCall = settings.longestCall();
    }

    /**
     * Returns what is written down of the table, when DynamoDB has it with the record's indexes.
     *
     * @throws DatabaseException as {@link dev.carrel.plugin.Database#open} says
     */
    Layout run() {
        Layout layout = announced();
        long announced = System.nanoTime();
        await(layout);
        List<String> unfilled = layout.unfilled(shape);
        if (unfilled.isEmpty()) {
            return layout;
        }
        // Until then somebody may write who does not know of the indexes.
        while (System.nanoTime() - announced < catalog.lease().plus(longestCall).toNanos()) {
            pause("waiting for other engines to learn of new indexes of table " + table);
        }
        fill(layout);
        return settled(unfilled);
    }

    /** Writes down what the record has besides. */
    private Layout announced() {
        while (true) {
            Optional<Layout> known = catalog.read(shape.table());
            boolean isEmpty = known.isEmpty() && tables.find(table).isEmpty();
            Layout layout = known.orElseGet(() -> Layout.of(shape));
            Layout wanted = layout.grown(shape, table, isEmpty);
            if (wanted.revision() == layout.revision()) {
                return layout;
            }
            if (known.isEmpty()) {
                awaitCatalog();
            }
            if (catalog.save(shape.table(), wanted, known.isEmpty())) {
                return wanted;
            }
            pause("announcing table " + table);
        }
    }

    private void awaitCatalog() {
        while (true) {
            Optional<TableDescription> found = tables.find(catalog.name());
            if (found.isEmpty()) {
                tables.create(catalog.name(), Map.of(Catalog.KEY, Storage.TEXT), List.of(Catalog.KEY), List.of());
            } else if (isUsable(found.get().tableStatus())) {
                return;
            }
            pause("making table " + catalog.name());
        }
    }

    private static boolean isUsable(TableStatus status) {
        return status == TableStatus.ACTIVE || status == TableStatus.UPDATING;
    }

    /** Waits until DynamoDB has the table and the record's indexes, asking for what is missing. */
    private void await(Layout layout) {
        String doing = "making table " + table + " ready";
        while (true) {
            Optional<TableDescription> found = tables.find(table);
            if (found.isEmpty()) {
                Map<String, Storage> keys = new TreeMap<>();
                layout.key()
                        .forEach(column -> keys.put(column, layout.field(column).storage()));
                tables.create(table, keys, layout.key(), layout.indexes().keySet());
            } else {
                Tables.checkKey(table, found.get(), layout);
                if (isUsable(found.get().tableStatus()) && isReady(found.get())) {
                    return;
                }
            }
            pause(doing);
        }
    }

    /** Whether the record's indexes can be used; asks for the first that is not there, when the table is free for that. */
    private boolean isReady(TableDescription found) {
        Map<String, IndexStatus> there = new HashMap<>();
        for (GlobalSecondaryIndexDescription index : found.globalSecondaryIndexes()) {
            there.put(index.indexName(), index.indexStatus());
        }
        Predicate<Index> isMissing = index -> !there.containsKey(Layout.nameOf(index.name()));
        Optional<Index> missing = shape.indexes().stream().filter(isMissing).findFirst();
        if (missing.isPresent()) {
            if (found.tableStatus() == TableStatus.ACTIVE) {
                tables.add(table, found, missing.get().name());
            }
            return false;
        }
        return shape.indexes().stream()
                .map(index -> Objects.requireNonNull(there.get(Layout.nameOf(index.name()))))
                .allMatch(status -> status == IndexStatus.ACTIVE || status == IndexStatus.UPDATING);
    }

    /** Gives the rows that are there the attributes of the indexes. Everybody who writes meanwhile does so, too. */
    private void fill(Layout layout) {
        String doing = "filling the new indexes of table " + table;
        View view = new View(layout, shape, table);
        Map<String, AttributeValue> from = Map.of();
        do {
            Map<String, AttributeValue> start = from;
            ScanResponse found = calls.read(
                    doing,
                    client -> client.scan(scan -> scan.tableName(table)
                            .consistentRead(true)
                            .exclusiveStartKey(start.isEmpty() ? null : start)));
            for (Map<String, AttributeValue> item : found.items()) {
                fill(doing, layout, view, item);
                checkTime(doing);
            }
            from = found.lastEvaluatedKey();
        } while (!from.isEmpty());
    }

    private void fill(String doing, Layout layout, View view, Map<String, AttributeValue> item) {
        Expression expression = new Expression();
        List<String> sets = new ArrayList<>();
        List<String> removals = new ArrayList<>();
        layout.entries(column -> view.other(column, item)).forEach((name, value) -> {
            if (Objects.equals(value, item.get(name))) {
                return;
            } else if (value == null) {
                removals.add(expression.name(name));
            } else {
                sets.add(expression.name(name) + " = " + expression.value(value));
            }
        });
        if (sets.isEmpty() && removals.isEmpty()) {
            return;
        }
        List<String> conditions = new ArrayList<>();
        layout.indexed().forEach(column -> conditions.add(expression.same(column, item.get(column))));
        Map<String, AttributeValue> key = new HashMap<>();
        layout.key().forEach(column -> {
            key.put(column, Objects.requireNonNull(item.get(column)));
            conditions.add(expression.exists(column));
        });
        Change change = new Change(
                Change.Kind.UPDATE,
                table,
                key,
                (sets.isEmpty() ? "" : "SET " + String.join(", ", sets) + " ")
                        + (removals.isEmpty() ? "" : "REMOVE " + String.join(", ", removals)),
                String.join(" AND ", conditions),
                expression,
                false);
        calls.write(doing, client -> {
            try {
                change.by(client);
                return true;
            } catch (ConditionalCheckFailedException _) {
                // Somebody has written the row meanwhile, with these attributes, or has deleted it.
                return false;
            }
        });
    }

    private Layout settled(Collection<String> names) {
        while (true) {
            Layout layout = catalog.read(shape.table())
                    .orElseThrow(() -> new DatabaseException(
                            "table " + table + " was deleted while it was opened (open it again)", true));
            Layout after = layout.filled(List.copyOf(names));
            if (after.revision() == layout.revision() || catalog.save(shape.table(), after, false)) {
                return after;
            }
            pause("ending the opening of table " + table);
        }
    }

    private void pause(String doing) {
        checkTime(doing);
        LockSupport.parkNanos(pause.toNanos());
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    private void checkTime(String doing) {
        if (Thread.currentThread().isInterrupted()) {
            throw new DatabaseException(doing + " in " + calls.name() + " was interrupted", true);
        }
        if (System.nanoTime() - begun > LONGEST.toNanos()) {
            throw new DatabaseException(
                    doing + " in " + calls.name() + " takes longer than " + LONGEST.toMinutes()
                            + " minutes (it goes on; open the table again later)",
                    true);
        }
    }
}
