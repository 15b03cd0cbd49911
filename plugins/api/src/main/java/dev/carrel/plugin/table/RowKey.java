/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import org.jspecify.annotations.Nullable;

/**
 * Names a row.
 *
 * @param sort null exactly when the table's key has no sort component
 */
public record RowKey(Object partition, @Nullable Object sort) {
    /** Of a table whose key is one component. */
    public static RowKey of(Object partition) {
        return new RowKey(partition, null);
    }

    /** Of a table whose key is two components. */
    public static RowKey of(Object partition, Object sort) {
        return new RowKey(partition, sort);
    }
}
