/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which rows, in which order, how many. Immutable; each method makes another query. Rows of a partition come in the order of its sort component, and those
 * with equal ones in the order of their keys; the order of {@link #all} is the database's own, but the same from page to page.
 *
 * <p>Reading page after page sees each row that is there all the while exactly once, and takes for every page the time that its rows take, however many
 * came before.
 *
 * @param index the index; empty for the key
 * @param partition null for every row
 * @param range on the sort component of the key or the index; any operator but {@link Operator#NE}
 * @param filter on other components than those of the key or index that is asked; filtered rows cost as much as found ones
 * @param limit from 1 to {@link Limits#PAGE}
 * @param cursor from the page before
 */
public record Query(
        String index,
        @Nullable Object partition,
        Optional<Comparison> range,
        Condition filter,
        boolean descending,
        int limit,
        Optional<String> cursor) {
    private static final int USUAL_LIMIT = 100;

    /** Refuses a limit that is none. */
    public Query {
        if (limit < 1 || limit > Limits.PAGE) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: 1 to " + Limits.PAGE + ")");
        }
    }

    /** Every row of the table; at most 100 for each page. */
    public static Query all() {
        return new Query("", null, Optional.empty(), Condition.NONE, false, USUAL_LIMIT, Optional.empty());
    }

    /** Rows with this partition component of the key. */
    public static Query of(Object partition) {
        return new Query("", partition, Optional.empty(), Condition.NONE, false, USUAL_LIMIT, Optional.empty());
    }

    /** Rows with this partition component of an index. */
    public static Query ofIndex(String index, Object partition) {
        return new Query(index, partition, Optional.empty(), Condition.NONE, false, USUAL_LIMIT, Optional.empty());
    }

    /** Only the rows with such a sort component. */
    public Query range(Comparison on) {
        return new Query(index, partition, Optional.of(on), filter, descending, limit, cursor);
    }

    /** Only the rows of which all of this is true. */
    public Query filter(Comparison... all) {
        return new Query(index, partition, range, new Condition(List.of(all)), descending, limit, cursor);
    }

    /** Backwards. */
    public Query backwards() {
        return new Query(index, partition, range, filter, true, limit, cursor);
    }

    /** At most so many rows for each page. */
    public Query limit(int rows) {
        return new Query(index, partition, range, filter, descending, rows, cursor);
    }

    /** From behind the page that gave this cursor; with no other change but to the limit. */
    public Query after(String page) {
        return new Query(index, partition, range, filter, descending, limit, Optional.of(page));
    }
}
