/* Copyright the Carrel authors. */
package dev.carrel.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.host.CallListener;
import dev.carrel.plugin.host.HostSettings;
import dev.carrel.plugin.host.PluginFailure;
import dev.carrel.plugin.host.PluginHost;
import dev.carrel.plugin.table.Comparison;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.RowKey;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.table.Write;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** Tables beside the same statements by plain JDBC, and what the size of a table costs. */
final class TableCosts {
    /** A row. */
    @Stored(name = "bench_reading")
    public record Reading(
            @Key String sensor,
            @Key(Part.SORT) long number,
            @Indexed(name = "of_kind") String kind,
            @Indexed(name = "of_kind", part = Part.SORT) Instant at,
            String text) {}

    private static final int BLOCK = 500;
    /** Blocks before any is counted: the compiler is done with a page's path, ours or plain, after some 10,000 calls and not before. */
    private static final int WARM_UP = 24;

    private static final int FEW = 10_000;
    private static final int MANY = 1_000_000;
    private static final int KINDS = 10;
    private static final int PAGE = 100;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String COLUMNS = "sensor, number, kind, at, text";
    private static final String TABLE = "carrel_bench_reading";

    private final Table<Reading> table;
    private final Database database;
    private final HikariDataSource plain;
    private int rows;

    private TableCosts(Database database, HikariDataSource plain) {
        this.database = database;
        this.table = database.open(Reading.class);
        this.plain = plain;
    }

    static void run(Path plugin, int rounds) throws IOException, InterruptedException {
        Path root = Files.createTempDirectory("carrel-bench");
        Path file = root.resolve("tables.db");
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        SQLiteDataSource sqlite = new SQLiteDataSource(config);
        sqlite.setUrl("jdbc:sqlite:" + file);
        HikariConfig sqlitePool = new HikariConfig();
        sqlitePool.setDataSource(sqlite);
        measure("SQLite", plugin, root, "url = jdbc:sqlite:" + file + "\n", sqlitePool, rounds);
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start()) {
            String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
            HikariConfig pool = new HikariConfig();
            pool.setJdbcUrl(url);
            pool.setUsername("postgres");
            pool.setPassword("postgres");
            String settings = "url = " + url + "\nuser = postgres\npassword = postgres\n";
            measure("PostgreSQL", plugin, Files.createTempDirectory("carrel-bench"), settings, pool, rounds);
        }
    }

    private static void measure(String name, Path plugin, Path root, String settings, HikariConfig pool, int rounds)
            throws IOException, InterruptedException {
        Path etc = Files.createDirectories(root.resolve("etc"));
        Files.writeString(etc.resolve("database-jdbc.properties"), settings);
        HostSettings host = new HostSettings(
                List.of(plugin.getParent()),
                etc,
                root.resolve("data"),
                root.resolve("work"),
                Set.of(),
                Optional.empty(),
                new Site(URI.create("http://localhost:8000"), true),
                CallListener.NONE,
                HostSettings.Tables.OF_ANY,
                Clock.systemUTC());
        try (PluginHost plugins = new PluginHost(host);
                HikariDataSource plain = new HikariDataSource(pool)) {
            plugins.start();
            Database database =
                    plugins.extensions(Database.class).getFirst().call("take", Duration.ofSeconds(10), d -> d);
            new TableCosts(database, plain).compare(name, rounds);
        } catch (PluginFailure | SQLException e) {
            throw new IOException(name, e);
        }
    }

    private void compare(String name, int rounds) throws SQLException {
        fill(FEW);
        System.out.printf(Locale.ROOT, "tables on %s beside plain JDBC (goal: ratio <= 1.30)%n", name);
        ratio("get", rounds, this::get, this::plainGet);
        ratio("insert", rounds, this::insert, this::plainInsert);
        ratio("page of 100 by index", rounds, this::page, this::plainPage);
        pages(rows + " rows", rounds);
        fill(MANY);
        pages(rows + " rows", rounds);
    }

    /** Work on the i-th row. */
    private interface Work {
        void on(int i) throws SQLException;
    }

    private static void ratio(String what, int rounds, Work ours, Work theirs) throws SQLException {
        Samples layer = new Samples();
        Samples bare = new Samples();
        Samples ratios = new Samples();
        for (int round = 0; round < WARM_UP + rounds; round++) {
            boolean first = round % 2 == 0;
            long one = block(first ? ours : theirs, round);
            long two = block(first ? theirs : ours, round);
            if (round >= WARM_UP) {
                long our = first ? one : two;
                long their = first ? two : one;
                layer.add(our / BLOCK * 1000);
                bare.add(their / BLOCK * 1000);
                ratios.add((long) (1e6 * our / their));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "  %-22s %.1f µs beside %.1f µs   ratio %.2f%n",
                what,
                layer.median(),
                bare.median(),
                ratios.median());
    }

    private static long block(Work work, int round) throws SQLException {
        long begin = System.nanoTime();
        for (int i = 0; i < BLOCK; i++) {
            work.on(i + round * BLOCK);
        }
        return System.nanoTime() - begin;
    }

    private static Reading reading(int i) {
        return new Reading("s" + i % 100, i, "k" + i % KINDS, START.plusSeconds(i), "reading number " + i);
    }

    private void fill(int upTo) {
        while (rows < upTo) {
            List<Write> writes = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                writes.add(Write.insert(table, reading(rows++)));
            }
            if (!database.transact(writes).done()) {
                throw new IllegalStateException("a row was there already");
            }
        }
    }

    private void get(int i) {
        int row = Math.floorMod(i * 7919, FEW);
        if (table.get(RowKey.of("s" + row % 100, (long) row)).isEmpty()) {
            throw new IllegalStateException("no row " + row);
        }
    }

    private void plainGet(int i) throws SQLException {
        int row = Math.floorMod(i * 7919, FEW);
        try (Connection connection = plain.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select " + COLUMNS + " from " + TABLE + " where sensor = ? and number = ?")) {
            statement.setString(1, "s" + row % 100);
            statement.setLong(2, row);
            if (read(statement).size() != 1) {
                throw new IllegalStateException("no row " + row);
            }
        }
    }

    private void insert(int i) {
        if (table.insert(new Reading("ours", i, "other", START, "one more")).isEmpty()) {
            throw new IllegalStateException("a row was there already");
        }
    }

    private void plainInsert(int i) throws SQLException {
        try (Connection connection = plain.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "insert into " + TABLE + " (" + COLUMNS + ") values (?, ?, ?, ?, ?)")) {
            statement.setString(1, "theirs");
            statement.setLong(2, i);
            statement.setString(3, "other");
            statement.setLong(4, START.toEpochMilli());
            statement.setString(5, "one more");
            statement.executeUpdate();
        }
    }

    private void page(int i) {
        Query query = Query.ofIndex("of_kind", "k" + i % KINDS)
                .range(Comparison.ge("at", START))
                .limit(PAGE);
        if (table.query(query).rows().size() != PAGE) {
            throw new IllegalStateException("no whole page");
        }
    }

    private void plainPage(int i) throws SQLException {
        try (Connection connection = plain.getConnection();
                PreparedStatement statement = connection.prepareStatement("select " + COLUMNS + " from " + TABLE
                        + " where kind = ? and at >= ? order by at, sensor, number limit " + PAGE)) {
            statement.setString(1, "k" + i % KINDS);
            statement.setLong(2, START.toEpochMilli());
            if (read(statement).size() != PAGE) {
                throw new IllegalStateException("no whole page");
            }
        }
    }

    private static List<Reading> read(PreparedStatement statement) throws SQLException {
        List<Reading> found = new ArrayList<>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                found.add(new Reading(
                        result.getString(1),
                        result.getLong(2),
                        result.getString(3),
                        Instant.ofEpochMilli(result.getLong(4)),
                        result.getString(5)));
            }
        }
        return found;
    }

    /** The first page of an index, one from its middle and one from its end. */
    private void pages(String size, int rounds) {
        List<Instant> froms = List.of(START, START.plusSeconds(rows / 2), START.plusSeconds(rows - 2L * PAGE * KINDS));
        StringBuilder line =
                new StringBuilder(String.format(Locale.ROOT, "  page of 100 of %9s, first, middle, last:", size));
        for (Instant from : froms) {
            Samples samples = new Samples();
            for (int i = 0; i < rounds * 10; i++) {
                Query query = Query.ofIndex("of_kind", "k" + i % KINDS)
                        .range(Comparison.ge("at", from))
                        .limit(PAGE);
                long begin = System.nanoTime();
                table.query(query);
                samples.add((System.nanoTime() - begin) * 1000);
            }
            line.append(String.format(Locale.ROOT, " %.0f µs", samples.median()));
        }
        System.out.println(line);
    }
}
