/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Condition;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Plan;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** A table in DynamoDB. Any thread. */
final class DynamoTable<R extends Record> implements Table<R> {
    private final DynamoDatabase database;
    private final RowShape<R> shape;
    private final String name;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile Known known;

    /** What is written down of the table, and until when one may write by it. */
    private record Known(View view, long until) {
        boolean isOver() {
            return System.nanoTime() - until > 0;
        }
    }

    /** @param layout what to read by; before the first write it is read again */
    DynamoTable(DynamoDatabase database, RowShape<R> shape, String name, Layout layout) {
        this.database = database;
        this.shape = shape;
        this.name = name;
        this.known = new Known(new View(layout, shape, name), System.nanoTime());
    }

    /** Who opened it. */
    DynamoDatabase database() {
        return database;
    }

    /** What DynamoDB calls it. */
    String name() {
        return name;
    }

    @Override
    public RowShape<R> shape() {
        return shape;
    }

    /** By what to read. */
    View view() {
        return known.view();
    }

    /**
     * By what to write, read anew when that is too old.
     *
     * @throws DatabaseException when it cannot be read
     */
    View current() {
        if (!known.isOver()) {
            return known.view();
        }
        reading.lock();
        try {
            if (known.isOver()) {
                long begun = System.nanoTime();
                Layout layout = database.catalog()
                        .read(shape.table())
                        .orElseThrow(() -> new DatabaseException(
                                "table " + database.catalog().name() + " does not know table " + name
                                        + " (has somebody deleted it? Start the plugin anew)",
                                false));
                View before = known.view();
                View view = layout.equals(before.layout()) ? before : new View(layout, shape, name);
                known = new Known(view, begun + database.catalog().lease().toNanos());
            }
            return known.view();
        } finally {
            reading.unlock();
        }
    }

    @Override
    public Optional<R> get(RowKey key) {
        Object[] kept = shape.encode(key);
        View view = view();
        return database.calls()
                .read("reading table " + name, client -> {
                    var found = client.getItem(
                            get -> get.tableName(name).key(view.key(kept)).consistentRead(true));
                    return found.hasItem() ? Optional.of(found.item()) : Optional.<Map<String, AttributeValue>>empty();
                })
                .map(item -> shape.decode(view.kept(item)));
    }

    @Override
    public Optional<R> insert(R row) {
        return done(new Write.Insert<>(this, row));
    }

    @Override
    public void put(R row) {
        write(Step.of(this, new Write.Put<>(this, row)));
    }

    @Override
    public Optional<R> replace(R row, Comparison... condition) {
        return done(new Write.Replace<>(this, row, Condition.of(condition)));
    }

    private Optional<R> done(Write write) {
        Step step = Step.of(this, write);
        return write(step) ? Optional.of(shape.decode(step.written())) : Optional.empty();
    }

    @Override
    public boolean delete(RowKey key, Comparison... condition) {
        return write(Step.of(this, new Write.Delete(this, key, Condition.of(condition))));
    }

    /** Whether row and condition were as the write needs them. */
    private boolean write(Step step) {
        String doing = "writing table " + name;
        long begun = System.nanoTime();
        Map<String, AttributeValue> seen = Map.of();
        for (int attempt = 1; ; attempt++) {
            View view = current();
            Change change = step.change(view, seen);
            ConditionalCheckFailedException refusal = refused(doing, change);
            if (refusal == null) {
                return true;
            }
            Map<String, AttributeValue> now = refusal.item();
            if (!change.guarded() || !view.differs(seen, now)) {
                return false;
            }
            // The row was not what it was believed to be in columns that another version of the record has.
            seen = now;
            database.calls().pause(doing, attempt, begun, refusal);
        }
    }

    private @Nullable ConditionalCheckFailedException refused(String doing, Change change) {
        return database.calls()
                .<Optional<ConditionalCheckFailedException>>write(doing, client -> {
                    try {
                        change.by(client);
                        return Optional.empty();
                    } catch (ConditionalCheckFailedException e) {
                        return Optional.of(e);
                    }
                })
                .orElse(null);
    }

    @Override
    public Page<R> query(Query query) {
        Plan plan = shape.plan(query);
        return new Reading(database.calls(), view(), name, plan).page(shape);
    }

    @Override
    public long count(Query query) {
        Plan plan = shape.plan(query);
        return new Reading(database.calls(), view(), name, plan).count();
    }
}
