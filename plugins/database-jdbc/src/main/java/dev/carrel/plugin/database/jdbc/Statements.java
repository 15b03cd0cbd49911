/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.Plan;
import dev.carrel.plugin.table.RowShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * The texts of one table's statements, each written by jOOQ once, when it is first asked for: a start needs few of them. The values that fill a text are said with each method, in their order. Any thread.
 */
final class Statements {
    /** Forms come from code, not from people; should code make them up for ever, they are not kept. */
    private static final int MOST_TEXTS = 1000;

    private final Dialect dialect;
    private final RowShape<?> shape;
    private final DSLContext sql;
    private final Table<Record> table;
    private final List<Column> keys;
    private final Map<String, String> texts = new ConcurrentHashMap<>();

    Statements(Dialect dialect, RowShape<?> shape, String tableName) {
        this.dialect = dialect;
        this.shape = shape;
        this.sql = DSL.using(dialect.jooq());
        this.table = DSL.table(name(tableName));
        this.keys = new ArrayList<>(List.of(shape.key().partition()));
        shape.key().sort().ifPresent(keys::add);
    }

    /** Values: the key. */
    String get() {
        return cached("get", () -> text(sql.select(fields()).from(table).where(isKey())));
    }

    /** Values: the row; its version is 1. */
    String insert() {
        return cached("insert", () -> text(insertion()));
    }

    /** Values: the row; its version is 1. */
    String put() {
        return cached("put", () -> text(upsert(true)));
    }

    /** Values: the row. */
    String restore() {
        return cached("restore", () -> text(upsert(false)));
    }

    private String text(Query query) {
        return sql.render(query);
    }

    private static Field<Object> field(Column column) {
        return field(name(column.name()), column);
    }

    @SuppressWarnings("unchecked")
    private static Field<Object> field(org.jooq.Name name, Column column) {
        return (Field<Object>) (Field<?>)
                switch (column.kind().storage()) {
                    case TEXT -> DSL.field(name, SQLDataType.VARCHAR);
                    case WHOLE -> DSL.field(name, SQLDataType.BIGINT);
                    case REAL -> DSL.field(name, SQLDataType.DOUBLE);
                };
    }

    /** A question mark. */
    @SuppressWarnings("unchecked")
    private static Field<Object> value(Column column) {
        return (Field<Object>) (Field<?>)
                switch (column.kind().storage()) {
                    case TEXT -> DSL.val("", SQLDataType.VARCHAR);
                    case WHOLE -> DSL.val(0L, SQLDataType.BIGINT);
                    case REAL -> DSL.val(0.0, SQLDataType.DOUBLE);
                };
    }

    private List<Field<Object>> fields() {
        return shape.columns().stream().map(Statements::field).toList();
    }

    private Condition isKey() {
        return keys.stream().map(k -> field(k).eq(value(k))).reduce(noCondition(), Condition::and);
    }

    private Query insertion() {
        var values = sql.insertInto(table)
                .columns(fields())
                .values(shape.columns().stream().map(Statements::value).toList());
        return dialect.ignoresTakenKeys()
                ? values.onConflict(keys.stream().map(Statements::field).toList())
                        .doNothing()
                : values;
    }

    private Query upsert(boolean counts) {
        var values = sql.insertInto(table)
                .columns(fields())
                .values(shape.columns().stream().map(Statements::value).toList());
        Map<Field<?>, Object> changes = new LinkedHashMap<>();
        for (Column column : shape.columns()) {
            if (counts && isVersion(column)) {
                changes.put(
                        field(column),
                        field(name(table.getName(), column.name()), column).plus(inline(1L)));
            } else if (!keys.contains(column)) {
                changes.put(field(column), DSL.excluded(field(column)));
            }
        }
        if (changes.isEmpty()) {
            changes.put(field(keys.getFirst()), DSL.excluded(field(keys.getFirst())));
        }
        return dialect.ignoresTakenKeys()
                ? values.onConflict(keys.stream().map(Statements::field).toList())
                        .doUpdate()
                        .set(changes)
                : values.onDuplicateKeyUpdate().set(changes);
    }

    private boolean isVersion(Column column) {
        return shape.version().filter(v -> v == column).isPresent();
    }

    /** The columns that {@link #replace} sets, in the order of their values. */
    List<Column> replaced() {
        List<Column> columns = shape.columns().stream()
                .filter(c -> !keys.contains(c) && !isVersion(c))
                .toList();
        return columns.isEmpty() && shape.version().isEmpty() ? List.of(keys.getFirst()) : columns;
    }

    /** Values: of {@link #replaced}, the key, the condition. */
    String replace(List<Atom> condition) {
        return cached("replace", condition, () -> {
            Map<Field<?>, Object> changes = new LinkedHashMap<>();
            replaced().forEach(c -> changes.put(field(c), value(c)));
            shape.version().ifPresent(v -> changes.put(field(v), field(v).plus(inline(1L))));
            return text(sql.update(table).set(changes).where(isKey()).and(condition(condition)));
        });
    }

    /** Values: the key, the condition. */
    String delete(List<Atom> condition) {
        return cached(
                "delete",
                condition,
                () -> text(sql.deleteFrom(table).where(isKey()).and(condition(condition))));
    }

    /** Values: the key, the condition. Keeps others from changing the row until the transaction ends. */
    String check(List<Atom> condition) {
        return cached("check", condition, () -> {
            SelectConditionStep<?> select =
                    sql.select(inline(1)).from(table).where(isKey()).and(condition(condition));
            // With one writer at a time there is nobody to keep away.
            return text(dialect.manyWriters() ? select.forShare() : select);
        });
    }

    /** Values: the condition. */
    String count(Plan plan, List<Atom> condition) {
        StringBuilder form =
                new StringBuilder("count ").append(plan.index().name()).append(' ');
        Atom.form(condition, form);
        return cached(form.toString(), () -> text(sql.selectCount().from(table).where(condition(condition))));
    }

    /** Values: the condition, the position when {@link Dialect#comparesRows}, the limit. */
    String query(Plan plan, List<Atom> condition) {
        boolean behind = dialect.comparesRows() && !plan.position().isEmpty();
        StringBuilder form = new StringBuilder("query ")
                .append(plan.index().name())
                .append(plan.partition() == null ? " all" : " part")
                .append(plan.descending() ? " down " : " up ")
                .append(behind ? "behind " : "");
        Atom.form(condition, form);
        return cached(form.toString(), () -> {
            List<SortField<?>> order = new ArrayList<>();
            // What is the same in all rows orders nothing, and keeps MariaDB from seeing that its index has the order.
            plan.order().stream()
                    .filter(c -> condition.stream().noneMatch(a -> a.test() == Atom.Test.EQ && a.column() == c))
                    .forEach(c -> order.add(plan.descending() ? field(c).desc() : field(c).asc()));
            Condition where = behind ? condition(condition).and(behind(plan)) : condition(condition);
            return text(sql.select(fields())
                    .from(source(plan))
                    .where(where)
                    .orderBy(order)
                    .limit(DSL.val(0L, SQLDataType.BIGINT)));
        });
    }

    private Table<Record> source(Plan plan) {
        return dialect.namesIndexes() && !plan.index().name().isEmpty()
                ? table.forceIndex(Migration.indexName(table.getName(), plan.index()))
                : table;
    }

    private static Condition behind(Plan plan) {
        var row = DSL.row(plan.order().stream().map(Statements::field).toList());
        var place = DSL.row(plan.order().stream().map(Statements::value).toList());
        return plan.descending() ? row.lt(place) : row.gt(place);
    }

    /**
     * The conditions of a page's stretches, in their order. Most databases find "behind (a, b)" in an index; for one that does not, the rows behind
     * are those with the same a and a greater b, and then those with a greater a: each a range of an index, however many rows have the same a.
     */
    List<List<Atom>> stretches(Plan plan) {
        List<Atom> condition = Atom.of(plan);
        if (dialect.comparesRows() || plan.position().isEmpty()) {
            return List.of(condition);
        }
        Atom.Test behind = plan.descending() ? Atom.Test.LT : Atom.Test.GT;
        List<List<Atom>> stretches = new ArrayList<>();
        for (int same = plan.order().size() - 1; same >= 0; same--) {
            List<Atom> stretch = new ArrayList<>(condition);
            for (int i = 0; i < same; i++) {
                stretch.add(Atom.eq(plan.order().get(i), plan.position().get(i)));
            }
            stretch.add(new Atom(plan.order().get(same), behind, plan.position().get(same)));
            stretches.add(stretch);
        }
        return stretches;
    }

    /** The values of the position that stand in the text of {@link #query}. */
    List<Object> position(Plan plan) {
        return dialect.comparesRows() ? plan.position() : List.of();
    }

    private static Condition condition(List<Atom> atoms) {
        Condition condition = noCondition();
        for (Atom atom : atoms) {
            Field<Object> field = field(atom.column());
            condition = condition.and(
                    switch (atom.test()) {
                        case EQ -> field.eq(value(atom.column()));
                        case NE ->
                            atom.column().nullable()
                                    ? field.ne(value(atom.column())).or(field.isNull())
                                    : field.ne(value(atom.column()));
                        case LT -> field.lt(value(atom.column()));
                        case LE -> field.le(value(atom.column()));
                        case GT -> field.gt(value(atom.column()));
                        case GE -> field.ge(value(atom.column()));
                        case NULL -> field.isNull();
                        case NOT_NULL -> field.isNotNull();
                    });
        }
        return condition;
    }

    private String cached(String what, List<Atom> condition, Supplier<String> text) {
        if (condition.isEmpty()) {
            return cached(what, text);
        }
        StringBuilder form = new StringBuilder(what).append(' ');
        Atom.form(condition, form);
        return cached(form.toString(), text);
    }

    private String cached(String form, Supplier<String> text) {
        String found = texts.get(form);
        if (found == null) {
            found = text.get();
            if (texts.size() < MOST_TEXTS) {
                texts.put(form, found);
            }
        }
        return found;
    }
}
