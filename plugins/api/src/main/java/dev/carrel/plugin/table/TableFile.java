/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tables as a file, to back them up and to move them from one database to another. One JSON object for each line: a head with the format's number and the
 * tables' names, then for each table a line with its name and one for each row with the values as they are kept, and at the end the number of
 * rows. Memory does not grow with the tables.
 *
 * <p>What is written while an export reads may be missing in it: stop the engines for an exact one.
 */
public final class TableFile {
    private static final String FORMAT = "carrel-tables";
    private static final long NUMBER = 1;
    private static final String TABLES = "tables";
    private static final String TABLE = "table";
    private static final String END = "end";

    private TableFile() {}

    /**
     * Writes every row of some tables. The file appears when it is whole, readable by its owner only.
     *
     * @return how many rows
     * @throws IOException when the file cannot be written; there is none then, or the one of before
     */
    public static long write(Path file, List<? extends Table<?>> tables) throws IOException {
        Path draft = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            long rows = 0;
            try (Writer out = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
                String names = tables.stream().map(t -> t.shape().table()).collect(Collectors.joining(","));
                line(out, Map.of(FORMAT, NUMBER), Map.of(TABLES, names));
                for (Table<?> table : tables) {
                    line(out, Map.of(TABLE, table.shape().table()), Map.of());
                    rows += rows(out, table);
                }
                line(out, Map.of(END, rows), Map.of());
            }
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return rows;
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static void line(Writer out, Map<String, ?> first, Map<String, ?> second) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>(first);
        all.putAll(second);
        out.append(Json.write(all)).append('\n');
    }

    private static <R extends Record> long rows(Writer out, Table<R> table) throws IOException {
        RowShape<R> shape = table.shape();
        long rows = 0;
        Query query = Query.all().limit(Limits.PAGE);
        Optional<String> next;
        do {
            Page<R> page = table.query(query);
            for (R row : page.rows()) {
                @Nullable Object[] kept = shape.encode(row);
                Map<String, @Nullable Object> named = new LinkedHashMap<>();
                shape.columns().forEach(c -> named.put(c.name(), kept[c.position()]));
                out.append(Json.write(named)).append('\n');
                rows++;
            }
            next = page.next();
            query = next.map(query::after).orElse(query);
        } while (next.isPresent());
        return rows;
    }

    /**
     * Writes every row of a file into tables, over rows with the same keys; other rows stay. The file is read through and judged before anything is
     * written. Should the database fail halfway, do it again: nothing is doubled.
     *
     * @param tables every table that the file holds, and others if you like
     * @return how many rows
     * @throws IllegalArgumentException naming the line, when the file is no such file, is cut off, is of a later format, or holds a table, a column or a value
     *     that does not fit the tables given
     */
    public static long read(Path file, Database database, List<? extends Table<?>> tables) throws IOException {
        pass(file, tables, _ -> {});
        Batch batch = new Batch(database);
        long rows = pass(file, tables, batch::add);
        batch.flush();
        return rows;
    }

    /** Writes that wait to be done together. */
    private static final class Batch {
        /** DynamoDB takes 4 MiB at once; names of columns and indexes count there as well. */
        private static final long MOST_BYTES = 3_000_000;

        private final Database database;
        private final List<Write> writes = new ArrayList<>();
        private final Set<List<Object>> keys = new HashSet<>();
        private long bytes;

        Batch(Database database) {
            this.database = database;
        }

        void add(Write.Restore<?> write) {
            long more = bytes(write);
            // A transaction is about a row once; a file that somebody put together may not be.
            if (writes.size() == Limits.WRITES
                    || bytes + more > MOST_BYTES
                    || !keys.add(List.of(write.table().shape().table(), write.key()))) {
                flush();
                keys.add(List.of(write.table().shape().table(), write.key()));
            }
            writes.add(write);
            bytes += more;
        }

        private static <R extends Record> long bytes(Write.Restore<R> write) {
            long sum = 0;
            for (Object kept : write.table().shape().encode(write.row())) {
                sum += Column.size(kept);
            }
            return sum;
        }

        void flush() {
            if (!writes.isEmpty()) {
                database.transact(List.copyOf(writes));
                writes.clear();
                keys.clear();
                bytes = 0;
            }
        }
    }

    /** What does a batch: a database's {@code transact}. */
    @FunctionalInterface
    public interface Database {
        /** All or nothing. */
        Outcome transact(List<Write> writes);
    }

    private static long pass(Path file, List<? extends Table<?>> tables, Consumer<Write.Restore<?>> rows)
            throws IOException {
        long number = 0;
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            number++;
            head(in.readLine(), tables);
            Table<?> table = null;
            long found = 0;
            while (true) {
                number++;
                String line = in.readLine();
                Map<String, @Nullable Object> object = line == null ? Map.of() : Json.object(line);
                if (object.size() == 1 && object.get(END) instanceof Long end) {
                    if (end != found || in.readLine() != null) {
                        throw new IllegalArgumentException(found + " rows (expected: " + end + ", and no more lines)");
                    }
                    return found;
                } else if (object.size() == 1 && object.get(TABLE) instanceof String name && !isRow(table, object)) {
                    table = named(name, tables);
                } else if (table == null || object.isEmpty()) {
                    throw new IllegalArgumentException(line == null ? "the file is cut off" : "no row and no table");
                } else {
                    rows.accept(restored(table, object));
                    found++;
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ", line " + number + ": " + e.getMessage(), e);
        }
    }

    /** A table of one column of that very name has rows that look like the line that begins a table. */
    private static boolean isRow(@Nullable Table<?> table, Map<String, @Nullable Object> object) {
        return table != null
                && table.shape().columns().size() == 1
                && object.containsKey(table.shape().columns().getFirst().name());
    }

    private static void head(@Nullable String line, List<? extends Table<?>> tables) {
        Map<String, @Nullable Object> head = line == null ? Map.of() : Json.object(line);
        if (!(head.get(FORMAT) instanceof Long format) || !(head.get(TABLES) instanceof String names)) {
            throw new IllegalArgumentException("no file of tables (expected: one that an export wrote)");
        } else if (format != NUMBER) {
            throw new IllegalArgumentException(
                    "format " + format + " (expected: " + NUMBER + "; take the Carrel that wrote the file)");
        }
        for (String name : names.isEmpty() ? new String[0] : names.split(",")) {
            named(name, tables);
        }
    }

    private static Table<?> named(String name, List<? extends Table<?>> tables) {
        for (Table<?> table : tables) {
            if (table.shape().table().equals(name)) {
                return table;
            }
        }
        throw new IllegalArgumentException("table " + name + " (expected: one of "
                + tables.stream().map(t -> t.shape().table()).collect(Collectors.joining(", ")) + ")");
    }

    private static <R extends Record> Write.Restore<R> restored(Table<R> table, Map<String, @Nullable Object> object) {
        RowShape<R> shape = table.shape();
        @Nullable Object[] kept = new Object[shape.columns().size()];
        int known = 0;
        for (Column column : shape.columns()) {
            boolean there = object.containsKey(column.name());
            known += there ? 1 : 0;
            kept[column.position()] = there ? fitting(column, object.get(column.name())) : column.initial();
        }
        if (known < object.size()) {
            object.keySet().removeAll(shape.columns().stream().map(Column::name).toList());
            throw new IllegalArgumentException(
                    "table " + shape.table() + ": unknown " + String.join(", ", object.keySet())
                            + " (import with the Carrel that wrote the file, or a later one)");
        }
        try {
            Write.Restore<R> write = new Write.Restore<>(table, shape.decode(kept));
            shape.encode(write.key());
            return write;
        } catch (DatabaseException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static @Nullable Object fitting(Column column, @Nullable Object value) {
        boolean fits = value == null
                ? column.nullable()
                : switch (column.kind().storage()) {
                    case TEXT -> value instanceof String;
                    case WHOLE -> value instanceof Long;
                    case REAL -> value instanceof Double;
                };
        if (!fits) {
            throw column.fault(value + " (expected: " + column.kind() + ")");
        }
        return value;
    }
}
