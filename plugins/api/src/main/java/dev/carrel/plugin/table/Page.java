/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.util.List;
import java.util.Optional;

/**
 * Rows that were found.
 *
 * @param rows never more than the query's limit. There may be fewer although more are to come: only a missing cursor says that this is the end
 * @param next for {@link Query#after}, to go on behind the last row; empty at the end
 */
public record Page<R>(List<R> rows, Optional<String> next) {
    /** Copies the list. */
    public Page {
        rows = List.copyOf(rows);
    }
}
