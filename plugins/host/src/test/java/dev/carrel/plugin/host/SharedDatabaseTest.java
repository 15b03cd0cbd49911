/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.Database;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plugins use the tables of whichever plugin provides a database, and hold nothing of one that is gone. */
@Timeout(120)
class SharedDatabaseTest {
    /** Keeps rows in memory; answers what the users of these tests ask. */
    private static final String MEMORY = """
            package sample;
            import dev.carrel.plugin.*;
            import dev.carrel.plugin.table.*;
            import java.util.*;
            import java.util.concurrent.*;
            public class Sample implements Plugin {
                public List<Extension> start(PluginContext context) { return List.of(new Memory(context.id())); }
                record Memory(String id) implements Database {
                    public String name() { return id + " in " + Thread.currentThread().getContextClassLoader().getName(); }
                    public <R extends Record> Table<R> open(Class<R> type) { return new Rows<>(RowShape.of(type), new ConcurrentHashMap<>()); }
                    public Outcome transact(List<Write> writes) {
                        for (Write write : writes) {
                            if (!(write.table() instanceof Rows<?> rows)) throw new IllegalArgumentException("not my table: " + write.table());
                            if (write instanceof Write.Insert<?> insert) rows.take(insert.row());
                        }
                        return Outcome.DONE;
                    }
                    public Optional<String> health() { return Optional.empty(); }
                }
                record Rows<R extends Record>(RowShape<R> shape, Map<RowKey, R> rows) implements Table<R> {
                    @SuppressWarnings("unchecked")
                    void take(Record row) { rows.put(shape.key((R) row), (R) row); }
                    public Optional<R> get(RowKey key) { return Optional.ofNullable(rows.get(key)); }
                    public Optional<R> insert(R row) { return rows.putIfAbsent(shape.key(row), row) == null ? Optional.of(row) : Optional.empty(); }
                    public void put(R row) { rows.put(shape.key(row), row); }
                    public Optional<R> replace(R row, Comparison... condition) { throw new IllegalStateException("on purpose"); }
                    public boolean delete(RowKey key, Comparison... condition) { return rows.remove(key) != null; }
                    public Page<R> query(Query query) { return new Page<>(List.copyOf(rows.values()), Optional.empty()); }
                    public long count(Query query) { return rows.size(); }
                }
            }
            """;

    /** Answers how many rows there are after one more, and in which database. */
    private static final String USER = """
            @dev.carrel.plugin.table.Stored(name = "user_word")
            public record Word(@dev.carrel.plugin.table.Key String word) {}
            public List<Extension> start(PluginContext context) {
                Database database = context.database();
                var words = database.open(Word.class);
                return List.of((RequestHandler) request -> switch (request.path()) {
                    case "/fail" -> { words.replace(new Word("x")); yield null; }
                    case "/transact" -> PluginResponse.text(200, "" + database.transact(
                            List.of(dev.carrel.plugin.table.Write.insert(words, new Word("transacted")))).done() + words.get("transacted").isPresent());
                    default -> {
                        words.insert(new Word(UUID.randomUUID().toString()));
                        yield PluginResponse.text(200, words.count(dev.carrel.plugin.table.Query.all()) + " at " + database.name());
                    }
                });
            }
            """;

    @TempDir
    private Path root;

    private static PluginJar memory(String id) {
        return PluginJar.plugin(id, "").source("sample.Sample", MEMORY).says("provides", "database");
    }

    private static PluginJar user() {
        return PluginJar.plugin("user", USER);
    }

    @Test
    void whoReplacesTheProviderServesTheNextCall() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            memory("one").into(rig.folder, "provider.jar");
            user().says("requires", "database").into(rig.folder, "user.jar");
            rig.look();
            assertThat(rig.ask("user")).isEqualTo("1 at one in plugin-one");
            assertThat(rig.ask("user")).isEqualTo("2 at one in plugin-one");

            memory("two").into(rig.folder, "provider.jar");
            rig.look();
            assertThat(rig.ask("user")).isEqualTo("1 at two in plugin-two");
        }
    }

    @Test
    void aTransactionGoesToTheProvidersOwnTables() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            memory("one").into(rig.folder, "provider.jar");
            rig.look();
            user().into(rig.folder, "user.jar");
            rig.look();
            assertThat(rig.ask("user", "/transact")).isEqualTo("truetrue");
        }
    }

    @Test
    void withoutAProviderACallFailsForNow() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            Path provider = memory("one").into(rig.folder, "provider.jar");
            rig.look();
            user().into(rig.folder, "user.jar");
            rig.look();
            assertThat(rig.ask("user")).isEqualTo("1 at one in plugin-one");

            Files.delete(provider);
            rig.look();
            assertThatThrownBy(() -> rig.ask("user"))
                    .hasMessageContaining("no plugin provides a database just now (see: carrel plugin list)");

            memory("two").into(rig.folder, "provider.jar");
            rig.look();
            assertThat(rig.ask("user")).isEqualTo("1 at two in plugin-two");
        }
    }

    @Test
    void aFailureOfTheProviderNamesIt() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            memory("one").into(rig.folder, "provider.jar");
            rig.look();
            user().into(rig.folder, "user.jar");
            rig.look();
            assertThatThrownBy(() -> rig.ask("user", "/fail"))
                    .hasMessageContaining("plugin one: replace: java.lang.IllegalStateException: on purpose");
        }
    }

    @Test
    void providersAndUsersThatAreGoneLeaveNoClasses() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        try (HostRig rig = new HostRig(root)) {
            byte[] provider = memory("one").bytes();
            byte[] user = user().bytes();
            for (int i = 0; i < 10; i++) {
                // In turns, so that each outlives some of the others.
                Path providers = Files.write(rig.folder.resolve("provider.jar"), provider);
                rig.look();
                Path users = rig.folder.resolve("user.jar");
                if (i % 2 == 0) {
                    Files.write(users, user);
                    rig.look();
                }
                assertThat(rig.ask("user")).endsWith("at one in plugin-one");
                loaders.add(rig.host
                        .extensions(Database.class)
                        .getFirst()
                        .call(
                                "look",
                                Duration.ofSeconds(20),
                                d -> new WeakReference<>(d.getClass().getClassLoader())));
                Files.delete(providers);
                if (i % 2 == 1) {
                    Files.delete(users);
                }
                rig.look();
            }
            for (int i = 0; i < 20 && loaders.stream().anyMatch(l -> l.get() != null); i++) {
                System.gc();
            }
            assertThat(loaders)
                    .hasSize(10)
                    .allSatisfy(loader -> assertThat(loader.get()).isNull());
        }
    }
}
