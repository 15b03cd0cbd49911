/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

/** One write of a transaction. No two of a transaction may be about the same row. To make sure that a row is not there, insert it. */
public sealed interface Write {
    /** The table it is about; opened by the database that gets the transaction. */
    Table<?> table();

    /** The row it is about. */
    RowKey key();

    /** Adds a row; refused when its key is taken. The version in the row does not matter. */
    record Insert<R extends Record>(Table<R> table, R row) implements Write {
        @Override
        public RowKey key() {
            return table.shape().key(row);
        }
    }

    /** Adds a row or overwrites the one with its key, whatever that is. The version in the row does not matter. */
    record Put<R extends Record>(Table<R> table, R row) implements Write {
        @Override
        public RowKey key() {
            return table.shape().key(row);
        }
    }

    /** As {@link Put}, but with the version in the row. For backups that are brought back; whoever holds a row of before may overwrite it. */
    record Restore<R extends Record>(Table<R> table, R row) implements Write {
        @Override
        public RowKey key() {
            return table.shape().key(row);
        }
    }

    /** Overwrites a row; refused when it is not there, has another version than the given one, or the condition is not true of it. */
    record Replace<R extends Record>(Table<R> table, R row, Condition condition) implements Write {
        @Override
        public RowKey key() {
            return table.shape().key(row);
        }
    }

    /** Deletes a row; refused when it is not there or the condition is not true of it. */
    record Delete(Table<?> table, RowKey key, Condition condition) implements Write {}

    /**
     * Deletes a row if it is there. One that somebody inserts at the same moment may stay: where that matters, {@link Delete} what was read and begin
     * anew when it is refused.
     */
    record Discard(Table<?> table, RowKey key) implements Write {}

    /** Changes nothing; refused when the row is not there or the condition is not true of it. */
    record Check(Table<?> table, RowKey key, Condition condition) implements Write {}

    /** See {@link Insert}. */
    static <R extends Record> Write insert(Table<R> table, R row) {
        return new Insert<>(table, row);
    }

    /** See {@link Put}. */
    static <R extends Record> Write put(Table<R> table, R row) {
        return new Put<>(table, row);
    }

    /** See {@link Replace}. */
    static <R extends Record> Write replace(Table<R> table, R row, Comparison... condition) {
        return new Replace<>(table, row, Condition.of(condition));
    }

    /** See {@link Delete}. */
    static Write delete(Table<?> table, RowKey key, Comparison... condition) {
        return new Delete(table, key, Condition.of(condition));
    }

    /** See {@link Discard}. */
    static Write discard(Table<?> table, RowKey key) {
        return new Discard(table, key);
    }

    /** See {@link Check}. */
    static Write check(Table<?> table, RowKey key, Comparison... condition) {
        return new Check(table, key, Condition.of(condition));
    }
}
