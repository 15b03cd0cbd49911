/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import dev.carrel.plugin.table.Column;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Condition;
import dev.carrel.plugin.table.Page;
import dev.carrel.plugin.table.Plan;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A table in a SQL database. */
final class JdbcTable<R extends Record> implements Table<R> {
    private final JdbcDatabase database;
    private final RowShape<R> shape;
    private final Statements statements;
    private final String name;
    private final List<Column> replaced;

    JdbcTable(JdbcDatabase database, RowShape<R> shape, Statements statements, String name) {
        this.database = database;
        this.shape = shape;
        this.statements = statements;
        this.name = name;
        this.replaced = statements.replaced();
    }

    /** Who opened it. */
    JdbcDatabase database() {
        return database;
    }

    @Override
    public RowShape<R> shape() {
        return shape;
    }

    @Override
    public Optional<R> get(RowKey key) {
        Object[] kept = shape.encode(key);
        return database.connections().read("reading table " + name, connection -> {
            try (PreparedStatement get = connection.prepareStatement(statements.get())) {
                bindKey(get, 1, kept);
                try (ResultSet rows = get.executeQuery()) {
                    return rows.next() ? Optional.of(shape.decode(row(rows))) : Optional.empty();
                }
            }
        });
    }

    @Override
    public Optional<R> insert(R row) {
        @Nullable Object[] kept = first(row);
        boolean done = database.connections().write(writing(), connection -> insert(connection, kept));
        return done ? Optional.of(shape.decode(kept)) : Optional.empty();
    }

    @Override
    public void put(R row) {
        @Nullable Object[] kept = first(row);
        database.connections().write(writing(), connection -> put(connection, kept));
    }

    @Override
    public Optional<R> replace(R row, Comparison... condition) {
        @Nullable Object[] kept = shape.encode(row);
        List<Atom> atoms = replacing(kept, Condition.of(condition));
        boolean done = database.connections().write(writing(), connection -> replace(connection, kept, atoms));
        if (!done) {
            return Optional.empty();
        }
        shape.version().ifPresent(version -> {
            Long before = (Long) kept[version.position()];
            kept[version.position()] = before == null ? 1L : before + 1;
        });
        return Optional.of(shape.decode(kept));
    }

    @Override
    public boolean delete(RowKey key, Comparison... condition) {
        Object[] kept = shape.encode(key);
        List<Atom> atoms = atoms(Condition.of(condition));
        return database.connections().write(writing(), connection -> delete(connection, kept, atoms));
    }

    private String writing() {
        return "writing table " + name;
    }

    /** A row as it is inserted. */
    @Nullable
    Object[] first(R row) {
        @Nullable Object[] kept = shape.encode(row);
        shape.version().ifPresent(version -> kept[version.position()] = 1L);
        return kept;
    }

    List<Atom> atoms(Condition condition) {
        return Atom.of(shape.terms(condition));
    }

    /** What must be true of a row that is to be replaced. */
    List<Atom> replacing(@Nullable Object[] kept, Condition condition) {
        Stream<Atom> version = shape.version().stream().map(v -> new Atom(v, Atom.Test.EQ, kept[v.position()]));
        return Stream.concat(version, atoms(condition).stream()).toList();
    }

    boolean insert(Connection connection, @Nullable Object[] kept) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(statements.insert())) {
            bindRow(insert, kept);
            return insert.executeUpdate() == 1;
        } catch (SQLException e) {
            if (database.dialect().isTakenKey(e)) {
                return false;
            }
            throw e;
        }
    }

    boolean put(Connection connection, @Nullable Object[] kept) throws SQLException {
        try (PreparedStatement put = connection.prepareStatement(statements.put())) {
            bindRow(put, kept);
            put.executeUpdate();
            return true;
        }
    }

    boolean restore(Connection connection, @Nullable Object[] kept) throws SQLException {
        try (PreparedStatement restore = connection.prepareStatement(statements.restore())) {
            bindRow(restore, kept);
            restore.executeUpdate();
            return true;
        }
    }

    boolean replace(Connection connection, @Nullable Object[] kept, List<Atom> condition) throws SQLException {
        try (PreparedStatement replace = connection.prepareStatement(statements.replace(condition))) {
            int at = 1;
            for (Column column : replaced) {
                bind(replace, at++, column, kept[column.position()]);
            }
            bind(
                    replace,
                    at++,
                    shape.key().partition(),
                    kept[shape.key().partition().position()]);
            if (shape.key().sort().isPresent()) {
                Column sort = shape.key().sort().get();
                bind(replace, at++, sort, kept[sort.position()]);
            }
            bind(replace, at, condition);
            return replace.executeUpdate() > 0;
        }
    }

    boolean delete(Connection connection, Object[] key, List<Atom> condition) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(statements.delete(condition))) {
            bind(delete, bindKey(delete, 1, key), condition);
            return delete.executeUpdate() > 0;
        }
    }

    boolean check(Connection connection, Object[] key, List<Atom> condition) throws SQLException {
        try (PreparedStatement check = connection.prepareStatement(statements.check(condition))) {
            bind(check, bindKey(check, 1, key), condition);
            try (ResultSet rows = check.executeQuery()) {
                return rows.next();
            }
        }
    }

    @Override
    public Page<R> query(Query query) {
        Plan plan = shape.plan(query);
        if (plan.order().isEmpty() && !plan.position().isEmpty()) {
            return new Page<>(List.of(), Optional.empty());
        }
        List<List<Atom>> stretches = statements.stretches(plan);
        return database.connections().read("reading table " + name, connection -> {
            List<@Nullable Object[]> found = new ArrayList<>();
            for (List<Atom> stretch : stretches) {
                // One more shows whether there is one more.
                int wanted = plan.limit() + 1 - found.size();
                if (wanted > 0) {
                    read(connection, plan, stretch, wanted, found);
                }
            }
            return page(plan, found);
        });
    }

    private void read(Connection connection, Plan plan, List<Atom> stretch, int limit, List<@Nullable Object[]> found)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(statements.query(plan, stretch))) {
            int at = bind(select, 1, stretch);
            for (Object value : statements.position(plan)) {
                bind(select, at++, value);
            }
            select.setLong(at, limit);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(row(rows));
                }
            }
        }
    }

    private Page<R> page(Plan plan, List<@Nullable Object[]> found) {
        boolean more = found.size() > plan.limit();
        List<@Nullable Object[]> shown = more ? found.subList(0, plan.limit()) : found;
        return new Page<>(
                shown.stream().map(shape::decode).toList(),
                more ? Optional.of(plan.cursor(shown.getLast())) : Optional.empty());
    }

    @Override
    public long count(Query query) {
        Plan plan = shape.plan(query);
        List<Atom> condition = Atom.of(plan);
        return database.connections().read("counting in table " + name, connection -> {
            try (PreparedStatement count = connection.prepareStatement(statements.count(plan, condition))) {
                bind(count, 1, condition);
                try (ResultSet rows = count.executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            }
        });
    }

    private void bindRow(PreparedStatement statement, @Nullable Object[] kept) throws SQLException {
        List<Column> columns = shape.columns();
        for (int i = 0; i < kept.length; i++) {
            bind(statement, i + 1, columns.get(i), kept[i]);
        }
    }

    private static int bindKey(PreparedStatement statement, int from, Object[] key) throws SQLException {
        int at = from;
        for (Object value : key) {
            bind(statement, at++, value);
        }
        return at;
    }

    private static int bind(PreparedStatement statement, int from, List<Atom> atoms) throws SQLException {
        int at = from;
        for (Atom atom : atoms) {
            if (atom.value() != null) {
                bind(statement, at++, atom.value());
            }
        }
        return at;
    }

    private static void bind(PreparedStatement statement, int at, Column column, @Nullable Object value)
            throws SQLException {
        if (value != null) {
            bind(statement, at, value);
            return;
        }
        statement.setNull(
                at,
                switch (column.kind().storage()) {
                    case TEXT -> Types.VARCHAR;
                    case WHOLE -> Types.BIGINT;
                    case REAL -> Types.DOUBLE;
                });
    }

    private static void bind(PreparedStatement statement, int at, Object value) throws SQLException {
        switch (value) {
            case String text -> statement.setString(at, text);
            case Long whole -> statement.setLong(at, whole);
            case Double real -> statement.setDouble(at, real);
            default -> throw new IllegalStateException("no kept value: " + value.getClass());
        }
    }

    private @Nullable Object[] row(ResultSet rows) throws SQLException {
        List<Column> columns = shape.columns();
        @Nullable Object[] kept = new Object[columns.size()];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = switch (columns.get(i).kind().storage()) {
                case TEXT -> rows.getString(i + 1);
                // A null where the record has none becomes 0 either way; asking costs as much as reading.
                case WHOLE -> {
                    long whole = rows.getLong(i + 1);
                    yield columns.get(i).nullable() && rows.wasNull() ? null : (Object) whole;
                }
                case REAL -> {
                    double real = rows.getDouble(i + 1);
                    yield columns.get(i).nullable() && rows.wasNull() ? null : (Object) real;
                }
            };
        }
        return kept;
    }
}
