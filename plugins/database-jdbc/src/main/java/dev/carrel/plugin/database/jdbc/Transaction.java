/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.table.Limits;
import dev.carrel.plugin.table.Outcome;
import dev.carrel.plugin.table.Term;
import dev.carrel.plugin.table.Write;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes that are done together, in the order of their rows: all transactions lock rows in that order. */
final class Transaction {
    private final List<Step> steps;

    private Transaction(List<Step> steps) {
        this.steps = steps;
    }

    private interface Doing {
        /** Whether row and condition were as the write needs them. */
        boolean on(Connection connection) throws SQLException;
    }

    private record Step(int position, String table, Object[] key, Doing doing) {
        static int compareRows(Step left, Step right) {
            int order = left.table.compareTo(right.table);
            for (int i = 0; order == 0 && i < left.key.length && i < right.key.length; i++) {
                order = Term.compare(left.key[i], right.key[i]);
            }
            return order;
        }
    }

    /** @throws IllegalArgumentException when they are no transaction of this database */
    static Transaction of(JdbcDatabase database, List<Write> writes) {
        if (writes.isEmpty() || writes.size() > Limits.WRITES) {
            throw new IllegalArgumentException(
                    "transaction: " + writes.size() + " writes (expected: 1 to " + Limits.WRITES + ")");
        }
        List<Step> steps = new ArrayList<>();
        Set<List<Object>> rows = new HashSet<>();
        for (Write write : writes) {
            if (!(write.table() instanceof JdbcTable<?> table) || table.database() != database) {
                throw new IllegalArgumentException(
                        "transaction: table " + write.table().shape().table() + " of another database");
            }
            Step step = step(steps.size(), write, table);
            List<Object> row = new ArrayList<>(Arrays.asList(step.key()));
            row.add(step.table());
            if (!rows.add(row)) {
                throw new IllegalArgumentException("transaction: two writes about row " + Arrays.toString(step.key())
                        + " of table " + step.table());
            }
            steps.add(step);
        }
        steps.sort(Comparator.comparing((Step s) -> s, Step::compareRows));
        return new Transaction(steps);
    }

    private static Step step(int position, Write write, JdbcTable<?> table) {
        Object[] key = table.shape().encode(write.key());
        Doing doing = switch (write) {
            case Write.Insert<?> insert -> insertion(insert);
            case Write.Put<?> put -> putting(put);
            case Write.Restore<?> restore -> restoration(restore);
            case Write.Replace<?> replace -> replacement(replace);
            case Write.Delete delete -> {
                List<Atom> condition = table.atoms(delete.condition());
                yield connection -> table.delete(connection, key, condition);
            }
            case Write.Discard _ ->
                connection -> {
                    table.delete(connection, key, List.of());
                    return true;
                };
            case Write.Check check -> {
                List<Atom> condition = table.atoms(check.condition());
                yield connection -> table.check(connection, key, condition);
            }
        };
        return new Step(position, table.shape().table(), key, doing);
    }

    private static <R extends Record> Doing insertion(Write.Insert<R> write) {
        JdbcTable<R> table = (JdbcTable<R>) write.table();
        @Nullable Object[] kept = table.first(write.row());
        return connection -> table.insert(connection, kept);
    }

    private static <R extends Record> Doing putting(Write.Put<R> write) {
        JdbcTable<R> table = (JdbcTable<R>) write.table();
        @Nullable Object[] kept = table.first(write.row());
        return connection -> table.put(connection, kept);
    }

    private static <R extends Record> Doing restoration(Write.Restore<R> write) {
        JdbcTable<R> table = (JdbcTable<R>) write.table();
        @Nullable Object[] kept = table.shape().encode(write.row());
        return connection -> table.restore(connection, kept);
    }

    private static <R extends Record> Doing replacement(Write.Replace<R> write) {
        JdbcTable<R> table = (JdbcTable<R>) write.table();
        @Nullable Object[] kept = table.shape().encode(write.row());
        List<Atom> condition = table.replacing(kept, write.condition());
        return connection -> table.replace(connection, kept, condition);
    }

    Outcome run(Connections connections) {
        List<Integer> refused = new ArrayList<>();
        String doing = "a transaction of " + steps.size() + " writes";
        long begun = System.nanoTime();
        connections.transact(doing, connection -> {
            // The database may have given up an attempt before this one.
            refused.clear();
            for (Step step : steps) {
                connections.checkTime(doing, begun);
                if (!step.doing().on(connection)) {
                    refused.add(step.position());
                }
            }
            return refused.isEmpty();
        });
        Collections.sort(refused);
        return refused.isEmpty() ? Outcome.DONE : new Outcome(refused);
    }
}
