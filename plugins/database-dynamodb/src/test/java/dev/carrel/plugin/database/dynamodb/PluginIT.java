/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.host.CallListener;
import dev.carrel.plugin.host.HostSettings;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginHost;
import dev.carrel.plugin.host.Verification;
import dev.carrel.plugin.table.Query;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.testkit.Note;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The folder of jars as it is built, in a host. */
@Timeout(180)
class PluginIT {
    @TempDir
    private Path root;

    private PluginHost host(String settings) throws Exception {
        Path plugins = Files.createDirectories(root.resolve("plugins"));
        copy(Path.of("target", "plugin", "database-dynamodb"), plugins.resolve("database-dynamodb"));
        Path etc = Files.createDirectories(root.resolve("etc"));
        Files.writeString(etc.resolve("database-dynamodb.properties"), settings);
        return new PluginHost(new HostSettings(
                List.of(plugins),
                etc,
                root.resolve("data"),
                root.resolve("work"),
                Set.of(),
                Optional.empty(),
                new Site(URI.create("http://localhost:8000"), true),
                CallListener.NONE,
                HostSettings.Tables.OF_ANY,
                Clock.systemUTC()));
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to);
        try (Stream<Path> jars = Files.list(from)) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, to.resolve(jar.getFileName()));
            }
        }
    }

    @Test
    void theFolderOfJarsIsAPlugin() throws Exception {
        String settings = "endpoint = " + LocalServer.shared().endpoint()
                + "\naccess-key = key\nsecret-key = secret\ntable-prefix = plugin_\n";
        try (PluginHost host = host(settings)) {
            Semaphore changed = new Semaphore(0);
            host.onChange(changed::release);
            host.start();
            while (host.extensions(Database.class).isEmpty()) {
                assertThat(changed.tryAcquire(60, TimeUnit.SECONDS))
                        .as("%s", host.statuses())
                        .isTrue();
            }
            LiveExtension<Database> live = host.extensions(Database.class).getFirst();
            Database database = live.call("take", Duration.ofSeconds(5), d -> d);
            Table<Note> notes = database.open(Note.class);
            Note note = new Note("Ada", "shopping", "red", 1L, "milk");
            assertThat(notes.insert(note)).contains(note);
            assertThat(notes.get("Ada", "shopping")).contains(note);
            assertThat(notes.query(Query.ofIndex("of_tag", "red")).rows()).containsExactly(note);
            assertThat(database.getClass().getClassLoader())
                    .isNotEqualTo(getClass().getClassLoader());
            assertThat(database.name())
                    .isEqualTo("DynamoDB " + LocalServer.shared().endpoint() + ", tables plugin_*");
        }
    }

    @Test
    void itLeavesNothingBehind() throws Exception {
        Path folder = root.resolve("database-dynamodb");
        copy(Path.of("target", "plugin", "database-dynamodb"), folder);
        Path etc = Files.createDirectories(root.resolve("etc"));
        Files.writeString(
                etc.resolve("database-dynamodb.properties"),
                "endpoint = " + LocalServer.shared().endpoint() + "\naccess-key = key\nsecret-key = secret\n");
        assertThat(Verification.of(folder, etc, root.resolve("shipped"), root.resolve("work")))
                .allMatch(Verification.Check::kept)
                .extracting(Verification.Check::rule)
                .contains("leaves no thread behind", "starts again", "can be unloaded");
    }

    @Test
    void aWrongSettingKeepsItOut() throws Exception {
        try (PluginHost host = host("region = Frankfurt\n")) {
            Semaphore changed = new Semaphore(0);
            host.onChange(changed::release);
            host.start();
            while (host.statuses().stream().allMatch(s -> s.reason().isEmpty())) {
                assertThat(changed.tryAcquire(60, TimeUnit.SECONDS))
                        .as("%s", host.statuses())
                        .isTrue();
            }
            assertThat(host.statuses().toString())
                    .contains("region: \"Frankfurt\" (expected: the name of an AWS region, like eu-central-1)");
        }
    }
}
