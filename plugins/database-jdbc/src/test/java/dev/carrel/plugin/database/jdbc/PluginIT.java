/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.Database;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.host.CallListener;
import dev.carrel.plugin.host.HostSettings;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginHost;
import dev.carrel.plugin.table.Table;
import dev.carrel.plugin.testkit.Person;
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
@Timeout(120)
class PluginIT {
    @TempDir
    private Path root;

    @Test
    void theFolderOfJarsIsAPlugin() throws Exception {
        Path plugins = Files.createDirectories(root.resolve("plugins"));
        copy(Path.of("target", "plugin", "database-jdbc"), plugins.resolve("database-jdbc"));
        HostSettings settings = new HostSettings(
                List.of(plugins),
                Files.createDirectories(root.resolve("etc")),
                root.resolve("data"),
                root.resolve("work"),
                Set.of(),
                Optional.empty(),
                new Site(URI.create("http://localhost:8000"), true),
                CallListener.NONE,
                HostSettings.Tables.OF_ANY,
                Clock.systemUTC());
        try (PluginHost host = new PluginHost(settings)) {
            Semaphore changed = new Semaphore(0);
            host.onChange(changed::release);
            host.start();
            while (host.extensions(Database.class).isEmpty()) {
                assertThat(changed.tryAcquire(30, TimeUnit.SECONDS))
                        .as("%s", host.statuses())
                        .isTrue();
            }
            LiveExtension<Database> live = host.extensions(Database.class).getFirst();
            Database database = live.call("take", Duration.ofSeconds(5), d -> d);
            Table<Person> people = database.open(Person.class);
            assertThat(people.insert(Person.named("Ada"))).isPresent();
            assertThat(people.get("Ada")).contains(Person.named("Ada").versioned(1));
            assertThat(database.getClass().getClassLoader())
                    .isNotEqualTo(getClass().getClassLoader());
            assertThat(database.name()).startsWith("SQLite ").endsWith("tables.db");
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to);
        try (Stream<Path> jars = Files.list(from)) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, to.resolve(jar.getFileName()));
            }
        }
    }
}
