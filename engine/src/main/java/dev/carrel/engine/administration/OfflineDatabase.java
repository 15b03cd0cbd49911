/* Copyright the Carrel authors. */
package dev.carrel.engine.administration;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.database.DatabaseSettings;
import dev.carrel.engine.database.OwnDatabase;
import dev.carrel.engine.plugin.HostSetup;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import dev.carrel.plugin.host.CallListener;
import dev.carrel.plugin.host.HostSettings;
import dev.carrel.plugin.host.PluginHost;
import dev.carrel.plugin.host.PluginStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The installation's database as a command has it, beside a running engine or without one: the file itself, or a plugin loaded for this one command. */
final class OfflineDatabase implements AutoCloseable {
    private static final String FEATURE = "database";
    private final @Nullable JdbcDatabase own;
    private final @Nullable PluginHost host;
    private final @Nullable Path work;

    private OfflineDatabase(@Nullable JdbcDatabase own, @Nullable PluginHost host, @Nullable Path work) {
        this.own = own;
        this.host = host;
        this.work = work;
    }

    /**
     * Opens it.
     *
     * @throws StoreException when it, or the plugin that keeps it, cannot be had; the message says why
     */
    static OfflineDatabase open(DataFolder data, SiteSettings site, DatabaseSettings settings) {
        return settings.own()
                ? new OfflineDatabase(OwnDatabase.open(data.database()), null, null)
                : hosted(data, site, null, HostSettings.Tables.ofOnly(settings.plugin()), settings);
    }

    /** Opens it with every plugin running, so that the tables of plugins are known too. */
    static OfflineDatabase withPlugins(DataFolder data, SiteSettings site, DatabaseSettings settings) {
        if (!settings.own()) {
            return hosted(data, site, null, HostSettings.Tables.of(settings.plugin()), settings);
        }
        JdbcDatabase own = OwnDatabase.open(data.database());
        return hosted(data, site, own, HostSettings.Tables.own(own), settings);
    }

    private static OfflineDatabase hosted(
            DataFolder data,
            SiteSettings site,
            @Nullable JdbcDatabase own,
            HostSettings.Tables tables,
            DatabaseSettings settings) {
        OfflineDatabase opened = null;
        boolean done = false;
        try {
            Path work = Files.createTempDirectory(data.engine(), "command");
            Set<String> features = own == null ? Set.of() : Set.of(FEATURE);
            opened = new OfflineDatabase(
                    own, new PluginHost(HostSetup.of(data, site, work, features, CallListener.NONE, tables)), work);
            opened.start(settings);
            done = true;
            return opened;
        } catch (IOException e) {
            throw new StoreException("plugins cannot be loaded: " + e, e);
        } finally {
            if (opened != null && !done) {
                opened.close();
            }
        }
    }

    private void start(DatabaseSettings settings) {
        if (host == null) {
            return;
        }
        try {
            host.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while plugins were started", e);
        }
        if (settings.own()) {
            return;
        }
        PluginStatus status = host.statuses().stream()
                .filter(s -> s.id().equals(settings.plugin()))
                .findFirst()
                .orElseThrow(() -> new StoreException("database.plugin: " + settings.plugin()
                        + " is not installed (run: carrel plugin install " + settings.plugin() + ")"));
        if (status.state() != PluginStatus.State.RUNNING) {
            throw new StoreException("database.plugin: " + settings.plugin() + " does not run: " + status.reason());
        }
    }

    Database database() {
        if (own != null) {
            return own;
        }
        if (host == null) {
            throw new IllegalStateException("neither a file nor a plugin");
        }
        return host.database();
    }

    /** The records whose tables plugins have opened. */
    Set<Class<? extends Record>> tablesOfPlugins() {
        return host == null ? Set.of() : host.tables();
    }

    /** Plugins that do not run, and whose tables are not known therefore. */
    List<PluginStatus> withoutTables() {
        return host == null
                ? List.of()
                : host.statuses().stream()
                        .filter(s -> s.state() != PluginStatus.State.RUNNING)
                        .toList();
    }

    @Override
    public void close() {
        if (host != null) {
            host.close();
        }
        if (own != null) {
            own.close();
        }
        if (work != null) {
            delete(work);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new StoreException("copies of plugins in " + folder + " cannot be deleted: " + e, e);
        }
    }
}
