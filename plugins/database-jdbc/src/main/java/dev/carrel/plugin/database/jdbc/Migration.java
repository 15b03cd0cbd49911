/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Index;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Storage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Adds to the database what a table lacks, and refuses what cannot be mended by adding. */
final class Migration {
    private final Dialect dialect;
    private final RowShape<?> shape;
    private final String table;

    Migration(Dialect dialect, RowShape<?> shape, String table) {
        this.dialect = dialect;
        this.shape = shape;
        this.table = table;
    }

    /**
     * The statements that are missing, in their order; none when all is there.
     *
     * @throws DatabaseException not retryable, when the table cannot be mended by adding
     */
    List<String> missing(Connection connection) throws SQLException {
        Layout found = dialect.layout(connection, table);
        List<String> statements = new ArrayList<>();
        if (found.isMissing()) {
            statements.add(creation());
        } else {
            checkKey(found.key());
            for (Column column : shape.columns()) {
                Optional.ofNullable(found.types().get(column.name()))
                        .ifPresentOrElse(
                                type -> {
                                    checkType(column, type);
                                    dialect.widenForIndex(table, column, type).ifPresent(statements::add);
                                },
                                () -> statements.add(
                                        "alter table " + dialect.quoted(table) + " add column " + definition(column)));
            }
        }
        for (Index index : shape.indexes()) {
            List<String> expected = dialect.indexColumns(shape, index).stream()
                    .map(Column::name)
                    .toList();
            List<String> there = found.indexes().get(indexName(table, index));
            if (there == null) {
                statements.add("create index " + dialect.quoted(indexName(table, index)) + " on "
                        + dialect.quoted(table) + " (" + list(expected) + ")");
            } else if (!there.equals(expected)) {
                throw refusal(
                        "index " + indexName(table, index),
                        "on " + String.join(", ", there),
                        "on " + String.join(", ", expected));
            }
        }
        return statements;
    }

    void apply(Connection connection) throws SQLException {
        for (String statement : missing(connection)) {
            try (Statement change = connection.createStatement()) {
                change.execute(statement);
            }
        }
    }

    /** The name of an index in the database. */
    static String indexName(String table, Index index) {
        return table + "__" + index.name();
    }

    private String list(List<String> columns) {
        return columns.stream().map(dialect::quoted).collect(Collectors.joining(", "));
    }

    private String creation() {
        return "create table " + dialect.quoted(table) + " ("
                + shape.columns().stream().map(this::definition).collect(Collectors.joining(", "))
                + ", primary key (" + list(keyColumns()) + "))" + dialect.tableOptions();
    }

    private List<String> keyColumns() {
        List<String> columns = new ArrayList<>(List.of(shape.key().partition().name()));
        shape.key().sort().ifPresent(sort -> columns.add(sort.name()));
        return columns;
    }

    private String definition(Column column) {
        boolean key = keyColumns().contains(column.name());
        return dialect.quoted(column.name()) + " " + dialect.type(column) + (key ? " not null" : initial(column));
    }

    /**
     * No column but the key's is "not null": versions of the record that do not know it must be able to write, and whether it may be null is the record's
     * affair, which can change.
     */
    static String initial(Column column) {
        return switch (column.initial()) {
            case null -> "";
            // In brackets: MySQL wants them at long texts. Holds a constant's name, or nothing, or [].
            case String text -> " default ('" + text + "')";
            case Object number -> " default " + number;
        };
    }

    private void checkType(Column column, String type) {
        Optional<Storage> storage = dialect.storage(type);
        if (storage.isEmpty() || storage.get() != column.kind().storage()) {
            throw refusal(
                    "column " + column.name(),
                    type,
                    dialect.type(column) + ", for " + column.kind().name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private DatabaseException refusal(String what, String found, String expected) {
        return new DatabaseException(
                "table " + table + ", " + what + ": found " + found + ", expected " + expected
                        + " (tables only ever grow: give the changed component another name, or the table; then copy the rows)",
                false);
    }

    private void checkKey(List<String> found) {
        if (!found.equals(keyColumns())) {
            throw refusal("key", String.join(", ", found), String.join(", ", keyColumns()));
        }
    }
}
