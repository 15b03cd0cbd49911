/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Outcome;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Tables in a SQL database. Any thread. */
public final class JdbcDatabase implements Database, AutoCloseable {
    /** Adding a column or an index to a large table takes longer than any statement of every day. */
    private static final Duration MIGRATION = Duration.ofMinutes(10);

    private static final int CONNECTIONS = 8;

    static {
        System.setProperty("org.jooq.no-logo", "true");
        System.setProperty("org.jooq.no-tips", "true");
    }

    private final Dialect dialect;
    private final JdbcSettings settings;
    private final Connections connections;

    private JdbcDatabase(Dialect dialect, JdbcSettings settings, Connections connections) {
        this.dialect = dialect;
        this.settings = settings;
        this.connections = connections;
    }

    /**
     * Does not wait for the database.
     *
     * @param folder where a SQLite file goes that the settings do not name
     * @throws IllegalArgumentException when the settings cannot be right
     */
    public static JdbcDatabase open(JdbcSettings settings, Path folder) {
        Dialect dialect = Dialect.of(settings, folder);
        try {
            return new JdbcDatabase(dialect, settings, new Connections(dialect, settings));
        } catch (SQLException e) {
            throw new IllegalArgumentException("url: " + dialect.name() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Tables in a file, with the usual settings: for programs that have no plugin to read settings for.
     *
     * @throws IllegalArgumentException when there can be no such file
     */
    public static JdbcDatabase sqlite(Path file) {
        JdbcSettings settings = new JdbcSettings(
                "jdbc:sqlite:" + file.toAbsolutePath(),
                "",
                "",
                CONNECTIONS,
                "carrel_",
                Duration.ofSeconds(3),
                Duration.ofSeconds(10));
        // The settings name the file, so no folder is looked at.
        return open(settings, file);
    }

    Dialect dialect() {
        return dialect;
    }

    Connections connections() {
        return connections;
    }

    @Override
    public String name() {
        return dialect.name();
    }

    @Override
    public <R extends Record> Table<R> open(Class<R> type) {
        RowShape<R> shape = RowShape.of(type);
        String name = settings.tablePrefix() + shape.table();
        Migration migration = new Migration(dialect, shape, name);
        String doing = "making table " + name + " ready";
        List<String> missing = connections.read(doing, migration::missing);
        if (!missing.isEmpty()) {
            migrate(doing, name, migration);
        }
        return new JdbcTable<>(this, shape, new Statements(dialect, shape, name), name);
    }

    private void migrate(String doing, String name, Migration migration) {
        try (Connection connection =
                dialect.source(settings.connectTimeout(), MIGRATION).getConnection()) {
            // What is missing is asked again: somebody else may have added it meanwhile.
            dialect.exclusively(connection, name, MIGRATION, migration::apply);
        } catch (SQLException e) {
            throw connections.failure(doing, e);
        }
    }

    @Override
    public Outcome transact(List<Write> writes) {
        return Transaction.of(this, List.copyOf(writes)).run(connections);
    }

    @Override
    public Optional<String> health() {
        try {
            return connections.read("asking", connection -> {
                try (Statement ask = connection.createStatement()) {
                    ask.execute("select 1");
                    return Optional.empty();
                }
            });
        } catch (DatabaseException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
