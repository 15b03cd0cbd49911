/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Condition;
import dev.carrel.plugin.table.Operator;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Plan;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Term;
import dev.carrel.plugin.table.Write;
import dev.carrel.plugin.testkit.FakeDatabase.Fault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A table of {@link FakeDatabase}, with the faults that its database has. */
final class FakeTable<R extends Record> implements Table<R> {
    private final FakeDatabase database;
    private final RowShape<R> shape;
    private final FakeDatabase.Stock stock;

    FakeTable(FakeDatabase database, RowShape<R> shape, FakeDatabase.Stock stock) {
        this.database = database;
        this.shape = shape;
        this.stock = stock;
    }

    FakeDatabase database() {
        return database;
    }

    @Override
    public RowShape<R> shape() {
        return shape;
    }

    private <T> T locked(Supplier<T> work) {
        database.answer();
        database.data().lock.lock();
        try {
            return work.get();
        } finally {
            database.data().lock.unlock();
        }
    }

    private List<Object> key(RowKey key) {
        return Arrays.stream(shape.encode(key))
                .map(v -> database.has(Fault.CASE_IGNORED) && v instanceof String s ? s.toLowerCase(Locale.ROOT) : v)
                .toList();
    }

    @Override
    public Optional<R> get(RowKey key) {
        List<Object> kept = key(key);
        return locked(() -> found(kept).map(shape::decode));
    }

    private Optional<@Nullable Object[]> found(List<Object> key) {
        return Optional.ofNullable(stock.rows.get(key)).map(this::known);
    }

    private @Nullable Object[] known(Map<String, @Nullable Object> row) {
        return shape.columns().stream().map(c -> row.get(c.name())).toArray();
    }

    @Override
    public Optional<R> insert(R row) {
        if (database.has(Fault.INSERT_RACES)) {
            List<Object> key = key(shape.key(row));
            boolean taken = locked(() -> stock.rows.containsKey(key));
            LockSupport.parkNanos(1_000_000);
            return taken ? Optional.empty() : locked(() -> done(new Write.Put<>(this, row), shape.key(row)));
        }
        return locked(() -> done(new Write.Insert<>(this, row), shape.key(row)));
    }

    @Override
    public void put(R row) {
        locked(() -> done(new Write.Put<>(this, row), shape.key(row)));
    }

    @Override
    public Optional<R> replace(R row, Comparison... condition) {
        return locked(() -> done(new Write.Replace<>(this, row, Condition.of(condition)), shape.key(row)));
    }

    private Optional<R> done(Write write, RowKey key) {
        Optional<Runnable> change = prepare(write);
        change.ifPresent(Runnable::run);
        return change.isPresent() ? found(key(key)).map(shape::decode) : Optional.empty();
    }

    @Override
    public boolean delete(RowKey key, Comparison... condition) {
        return locked(() -> {
            Optional<Runnable> change = prepare(new Write.Delete(this, key, Condition.of(condition)));
            change.ifPresent(Runnable::run);
            return change.isPresent();
        });
    }

    /** What a write would do; empty when row or condition are not as it needs them. */
    Optional<Runnable> prepare(Write write) {
        List<Object> key = key(write.key());
        return switch (write) {
            case Write.Insert<?> insert -> {
                boolean taken = found(key).isPresent() && !database.has(Fault.INSERT_OVERWRITES);
                Runnable change = storing(key, encoded(insert.row()), 1);
                yield taken ? Optional.empty() : Optional.of(change);
            }
            case Write.Put<?> put -> Optional.of(storing(key, encoded(put.row()), version(key) + 1));
            case Write.Restore<?> restore -> {
                @Nullable Object[] kept = encoded(restore.row());
                Object version = shape.version().map(v -> kept[v.position()]).orElse(null);
                yield Optional.of(storing(key, kept, version instanceof Long known ? known : 1));
            }
            case Write.Replace<?> replace -> {
                @Nullable Object[] kept = encoded(replace.row());
                boolean same = database.has(Fault.VERSION_IGNORED)
                        || shape.version()
                                .filter(v -> !Objects.equals(kept[v.position()], version(key)))
                                .isEmpty();
                yield same && holds(key, replace.condition())
                        ? Optional.of(storing(key, kept, version(key) + 1))
                        : Optional.empty();
            }
            case Write.Delete delete ->
                holds(key, delete.condition()) ? Optional.of(() -> stock.rows.remove(key)) : Optional.empty();
            case Write.Discard _ -> Optional.of(() -> stock.rows.remove(key));
            case Write.Check check -> holds(key, check.condition()) ? Optional.of(() -> {}) : Optional.empty();
        };
    }

    private @Nullable Object[] encoded(Record row) {
        @Nullable Object[] kept = shape.encode(shape.type().cast(row));
        if (database.has(Fault.TRAILING_SPACE_LOST)) {
            for (int i = 0; i < kept.length; i++) {
                kept[i] = kept[i] instanceof String text ? text.stripTrailing() : kept[i];
            }
        }
        return kept;
    }

    private long version(List<Object> key) {
        Map<String, @Nullable Object> row = stock.rows.get(key);
        Object version =
                row == null ? null : shape.version().map(v -> row.get(v.name())).orElse(null);
        return version instanceof Long known ? known : 0;
    }

    private boolean holds(List<Object> key, Condition condition) {
        List<Term> terms = shape.terms(condition);
        return found(key)
                .filter(row ->
                        database.has(Fault.CONDITION_IGNORED) || terms.stream().allMatch(t -> test(t, row)))
                .isPresent();
    }

    private Runnable storing(List<Object> key, @Nullable Object[] kept, long version) {
        return () -> {
            Map<String, @Nullable Object> row = stock.rows.computeIfAbsent(key, _ -> new HashMap<>());
            if (database.has(Fault.UNKNOWN_COLUMNS_LOST)) {
                row.clear();
            }
            for (Column column : shape.columns()) {
                row.put(column.name(), kept[column.position()]);
            }
            shape.version().ifPresent(v -> row.put(v.name(), version));
        };
    }

    private boolean test(Term term, @Nullable Object[] row) {
        Object kept = row[term.column().position()];
        if (term.operator() == Operator.BEGINS_WITH && database.has(Fault.PREFIX_IS_PATTERN)) {
            String pattern = String.valueOf(term.value()).replace("_", ".").replace("%", ".*");
            return kept != null
                    && kept.toString().matches("(?s)" + pattern.replaceAll("[\\\\+?\\[\\](){}|^$]", "\\\\$0") + ".*");
        }
        if (term.operator() == Operator.BETWEEN && database.has(Fault.BETWEEN_WITHOUT_END)) {
            return term.test(kept) && !Objects.equals(kept, term.to());
        }
        if (kept == null && term.operator() == Operator.LT && database.has(Fault.NULL_IS_LESS)) {
            return true;
        }
        return term.test(kept);
    }

    @Override
    public Page<R> query(Query query) {
        Plan plan = shape.plan(query);
        return locked(() -> {
            List<@Nullable Object[]> rows = matching(plan);
            List<R> found = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                if (i == plan.limit() && !database.has(Fault.LIMIT_IGNORED)) {
                    return new Page<>(found, Optional.of(plan.cursor(rows.get(i - 1))));
                }
                found.add(shape.decode(rows.get(i)));
            }
            return new Page<>(found, Optional.empty());
        });
    }

    @Override
    public long count(Query query) {
        Plan plan = shape.plan(query);
        return locked(() -> {
            List<@Nullable Object[]> rows = matching(shape.plan(withoutCursor(query)));
            return (long) (database.has(Fault.COUNT_LIMITED) ? Math.min(plan.limit(), rows.size()) : rows.size());
        });
    }

    private static Query withoutCursor(Query query) {
        return new Query(
                query.index(),
                query.partition(),
                query.range(),
                query.filter(),
                query.descending(),
                query.limit(),
                Optional.empty());
    }

    private List<@Nullable Object[]> matching(Plan plan) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Map<String, @Nullable Object> stored : stock.rows.values()) {
            @Nullable Object[] row = known(stored);
            if (fits(plan, row) && isBehind(plan, row)) {
                rows.add(row);
            }
        }
        rows.sort((a, b) -> plan.descending() ? compare(plan, b, a) : compare(plan, a, b));
        return rows;
    }

    private boolean fits(Plan plan, @Nullable Object[] row) {
        boolean inIndex = plan.partition() == null
                || (plan.partition().equals(row[plan.index().partition().position()])
                        && plan.index()
                                .sort()
                                .filter(s -> row[s.position()] == null && !database.has(Fault.NULLS_IN_INDEX))
                                .isEmpty());
        return inIndex
                && plan.range().filter(r -> !test(r, row)).isEmpty()
                && plan.filter().stream().allMatch(t -> test(t, row));
    }

    private boolean isBehind(Plan plan, @Nullable Object[] row) {
        if (plan.position().isEmpty()) {
            return true;
        }
        int order = 0;
        for (int i = 0; order == 0 && i < plan.order().size(); i++) {
            order = compare(row[plan.order().get(i).position()], plan.position().get(i));
        }
        return (plan.descending() ? order < 0 : order > 0) || (order == 0 && database.has(Fault.CURSOR_REPEATS_LAST));
    }

    private int compare(Plan plan, @Nullable Object[] left, @Nullable Object[] right) {
        int order = 0;
        for (int i = 0; order == 0 && i < plan.order().size(); i++) {
            int at = plan.order().get(i).position();
            order = compare(left[at], right[at]);
        }
        return order;
    }

    private int compare(@Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return Boolean.compare(left != null, right != null);
        }
        return database.has(Fault.ORDER_OF_CHARS) && left instanceof String text
                ? text.compareTo((String) right)
                : Term.compare(left, right);
    }
}
