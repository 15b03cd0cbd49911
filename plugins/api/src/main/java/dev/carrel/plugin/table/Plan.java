/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A query that fits its table, with its values as they are kept: what a database has to do. Rows whose index components are null are not in the index
 * and must not be found.
 *
 * @param index what is asked; the key when its name is empty
 * @param partition null for every row
 * @param order the columns that order the rows and tell them apart, all ascending or all descending; none when there can be one row only
 * @param position values of {@code order} behind which the page starts; empty for the first page
 */
public record Plan(
        String table,
        Index index,
        @Nullable Object partition,
        Optional<Term> range,
        List<Term> filter,
        boolean descending,
        int limit,
        List<Column> order,
        List<Object> position) {
    static Plan of(RowShape<?> shape, Query query) {
        Index index = shape.index(query.index());
        Object given = query.partition();
        if (given == null
                && (!index.name().isEmpty()
                        || query.descending()
                        || query.range().isPresent())) {
            throw new IllegalArgumentException(
                    "query: no partition (expected: one, with an index, a range or when going backwards)");
        }
        Object partition = given == null ? null : index.partition().given(given);
        Optional<Term> range = query.range().map(r -> range(shape, index, r));
        List<Term> filter = shape.terms(query.filter());
        for (Term term : filter) {
            if (partition != null && (term.column() == index.partition() || isSort(index, term.column()))) {
                throw term.column().fault("in a filter (expected: in the partition or the range of the query)");
            }
        }
        Plan plan = new Plan(
                shape.table(),
                index,
                partition,
                range,
                filter,
                query.descending(),
                query.limit(),
                order(shape, index, partition != null),
                List.of());
        return query.cursor()
                .map(c -> plan.from(Cursor.read(c, plan.question(), plan.order())))
                .orElse(plan);
    }

    private Plan from(List<Object> start) {
        return new Plan(table, index, partition, range, filter, descending, limit, order, start);
    }

    private static boolean isSort(Index index, Column column) {
        return index.sort().filter(s -> s == column).isPresent();
    }

    private static Term range(RowShape<?> shape, Index index, Comparison range) {
        Column column = shape.column(range.component());
        if (!isSort(index, column)) {
            throw column.fault("in a range (expected: the sort component of "
                    + (index.name().isEmpty() ? "the key" : "index " + index.name()) + ")");
        }
        if (range.operator() == Operator.NE || range.value() == null) {
            throw column.fault(
                    range.operator() + " " + range.value() + " in a range (expected: any other operator, and a value)");
        }
        return Term.of(column, range);
    }

    private static List<Column> order(RowShape<?> shape, Index index, boolean within) {
        Index key = shape.index("");
        return Stream.of(index.sort(), Optional.of(key.partition()), key.sort())
                .flatMap(Optional::stream)
                .distinct()
                .filter(c -> !within || c != index.partition())
                .collect(Collectors.collectingAndThen(Collectors.toList(), columns -> scanned(key, within, columns)));
    }

    /** A scan goes by the key: its partition first. */
    private static List<Column> scanned(Index key, boolean within, List<Column> columns) {
        return within
                ? List.copyOf(columns)
                : Stream.concat(Stream.of(key.partition()), key.sort().stream()).toList();
    }

    /** The cursor behind a row. */
    public String cursor(@Nullable Object[] row) {
        return Cursor.write(question(), order, row);
    }

    /** What makes this query another than others: everything but limit and position. */
    private String question() {
        return String.join(
                "\n",
                table,
                index.name(),
                String.valueOf(partition),
                range.map(Plan::text).orElse(""),
                filter.stream().map(Plan::text).collect(Collectors.joining("\t")),
                String.valueOf(descending));
    }

    private static String text(Term term) {
        return term.column().name() + " " + term.operator() + " " + term.value() + " " + term.to();
    }
}
