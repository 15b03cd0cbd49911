/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.host.CallListener;
import dev.carrel.plugin.host.HostSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/** What every host of an installation's plugins has in common: the engine's, and that of a command which works on the database. */
public final class HostSetup {
    private HostSetup() {}

    /**
     * The settings of a host.
     *
     * @param work of this host alone: it is emptied
     * @throws StoreException when the allow-list cannot be read
     */
    public static HostSettings of(
            DataFolder data,
            SiteSettings site,
            Path work,
            Set<String> features,
            CallListener calls,
            HostSettings.Tables tables) {
        Path settings = data.settingsFile().resolveSibling("plugins");
        return new HostSettings(
                List.of(data.plugins()),
                settings,
                data.engine().resolve("plugin-data"),
                work,
                features,
                allowed(settings.resolve("allowed.properties")),
                new Site(site.baseUrl(), site.local()),
                calls,
                tables,
                Clock.systemUTC());
    }

    /** The settings of a host that runs the program's own plugins only. */
    public static HostSettings ofParts(DataFolder data, SiteSettings site, Path work) {
        HostSettings all = of(data, site, work, Set.of(), CallListener.NONE, HostSettings.Tables.OF_ANY);
        return new HostSettings(
                List.of(),
                all.settings(),
                all.data(),
                all.work(),
                all.features(),
                all.allowed(),
                all.site(),
                all.calls(),
                all.tables(),
                all.clock());
    }

    /** Where there is such a file, what it does not name is refused. */
    private static Optional<Map<String, String>> allowed(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new StoreException(
                    "the allow-list of plugins, " + file + ", cannot be read: " + e
                            + " (expected: lines of FILE = SHA-256, readable by the engine's user)",
                    e);
        }
        Map<String, String> allowed = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(name -> allowed.put(name, properties.getProperty(name).strip()));
        return Optional.of(allowed);
    }
}
