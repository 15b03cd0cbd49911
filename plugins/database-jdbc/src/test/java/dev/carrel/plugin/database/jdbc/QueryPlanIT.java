/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Plan;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import dev.carrel.plugin.testkit.DatabaseFixture;
import dev.carrel.plugin.testkit.Note;
import dev.carrel.test.server.MariaDbServer;
import dev.carrel.test.server.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Pages are looked up in an index and never sorted, wherever they begin. */
class QueryPlanIT {
    private static final int ROWS = 20_000;

    @Test
    void sqlite() throws Exception {
        look(
                new SqliteFixture(),
                "explain query plan ",
                "analyze",
                plan -> plan.contains("USING INDEX") && !plan.contains("TEMP B-TREE"));
    }

    @Test
    void postgres() throws Exception {
        look(
                ServerFixture.on(PostgresServer.shared()),
                "explain ",
                "analyze",
                plan -> plan.contains("Index") && !plan.contains("Sort") && !plan.contains("Seq Scan"));
    }

    @Test
    void mariaDb() throws Exception {
        look(
                ServerFixture.on(MariaDbServer.shared()),
                "explain ",
                "select 1",
                plan -> !plan.contains("filesort") && !plan.contains("temporary") && !plan.contains("| ALL |"));
    }

    private static void look(DatabaseFixture fixture, String explain, String analyze, Predicate<String> good)
            throws Exception {
        try (fixture) {
            JdbcDatabase database = (JdbcDatabase) fixture.open();
            Table<Note> notes = database.open(Note.class);
            fill(database, notes);
            String table = tableName(fixture);
            Statements statements = new Statements(database.dialect(), notes.shape(), table);
            for (Query query : queries(notes)) {
                Plan plan = notes.shape().plan(query);
                for (List<Atom> stretch : statements.stretches(plan)) {
                    String sql = literal(statements, plan, stretch);
                    String shown = database.connections().read("explaining", connection -> {
                        try (Statement statement = connection.createStatement()) {
                            statement.execute(analyze);
                        }
                        return explained(connection, explain + sql);
                    });
                    assertThat(shown).as(sql + "\n" + shown).matches(good);
                }
            }
        }
    }

    private static String tableName(DatabaseFixture fixture) {
        return fixture instanceof ServerFixture server ? server.settings().tablePrefix() + "notes" : "t_notes";
    }

    private static void fill(Database database, Table<Note> notes) {
        for (int from = 0; from < ROWS; from += 100) {
            List<Write> writes = new ArrayList<>();
            for (int i = from; i < from + 100; i++) {
                writes.add(Write.insert(
                        notes, new Note("o" + i % 4, "t%06d".formatted(i), "tag" + i % 5, i % 2L, "text")));
            }
            database.transact(writes);
        }
    }

    private static List<Query> queries(Table<Note> notes) {
        List<Query> queries = new ArrayList<>();
        for (Query query : List.of(
                Query.of("o1").limit(10),
                Query.of("o1").backwards().limit(10),
                Query.of("o1").range(Comparison.beginsWith("title", "t01")).limit(10),
                Query.ofIndex("of_tag", "tag1").limit(10),
                Query.ofIndex("of_tag", "tag1").backwards().limit(10),
                Query.ofIndex("of_tag", "tag1").range(Comparison.ge("rank", 1L)).limit(10),
                Query.ofIndex("of_shelf", "tag1").limit(10),
                Query.all().limit(10))) {
            queries.add(query);
            queries.add(query.after(notes.query(query).next().orElseThrow()));
        }
        return queries;
    }

    /** The statement with its values in it. */
    private static String literal(Statements statements, Plan plan, List<Atom> atoms) {
        String sql = statements.query(plan, atoms);
        List<Object> values = new ArrayList<>();
        atoms.stream().filter(a -> a.value() != null).forEach(a -> values.add(a.value()));
        values.addAll(statements.position(plan));
        values.add(plan.limit() + 1L);
        for (Object value : values) {
            sql = sql.replaceFirst("\\?", value instanceof String ? "'" + value + "'" : value.toString());
        }
        assertThat(sql).doesNotContain("?");
        return sql;
    }

    private static String explained(Connection connection, String sql) throws SQLException {
        StringBuilder plan = new StringBuilder();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    plan.append("| ").append(rows.getString(i)).append(' ');
                }
                plan.append('\n');
            }
        }
        return plan.toString();
    }
}
