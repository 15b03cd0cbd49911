/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.database.DatabaseSettings;
import dev.carrel.engine.database.OwnDatabase;
import dev.carrel.plugin.Database;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import dev.carrel.plugin.host.CommandDesk;
import dev.carrel.plugin.host.HostSettings;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginHost;
import dev.carrel.plugin.host.PluginStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plugins of this engine: what lies in the data folder's {@code plugins/}. */
public final class Plugins implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);
    /** What the engine has without any plugin. */
    private static final Set<String> OWN_FEATURES = Set.of("sessions", "tokens");
    /** What plugins that keep tables need. */
    private static final String DATABASE = "database";

    private final PluginHost host;
    private final @Nullable JdbcDatabase own;
    private final Set<String> features;
    private final StatusFile statusFile;
    /** Touched by the host's thread only. */
    private boolean told;

    /**
     * Starts nothing yet, but opens the database when that needs no plugin.
     *
     * @throws dev.carrel.engine.store.StoreException when it cannot be opened
     */
    @Inject
    public Plugins(DataFolder data, SiteSettings site, DatabaseSettings database, MeterRegistry metrics)
            throws IOException {
        statusFile = new StatusFile(data);
        own = database.own() ? OwnDatabase.open(data.database()) : null;
        features = new TreeSet<>(OWN_FEATURES);
        if (own != null) {
            features.add(DATABASE);
        }
        host = new PluginHost(
                HostSetup.of(
                        data,
                        site,
                        data.engine().resolve("plugin-work"),
                        features,
                        new CallMetrics(metrics),
                        own == null ? HostSettings.Tables.of(database.plugin()) : HostSettings.Tables.own(own)),
                PluginPasswords.PARTS);
        CommandDesk desk = host.commands();
        desk.listen((plugin, command, outcome, took) -> metrics.timer(
                        "carrel.plugin.commands", "plugin", plugin, "command", command, "outcome", outcome)
                .record(took));
        Gauge.builder("carrel.plugin.commands.waiting", desk, CommandDesk::waiting)
                .description("Calls of plugins' commands that wait for their turn")
                .register(metrics);
        Gauge.builder("carrel.plugin.commands.running", desk, CommandDesk::running)
                .description("Calls of plugins' commands that run")
                .register(metrics);
        Gauge.builder("carrel.plugins.running", host, Plugins::running)
                .description("Plugins that run")
                .register(metrics);
    }

    private static double running(PluginHost host) {
        return host.statuses().stream()
                .filter(s -> s.state() == PluginStatus.State.RUNNING)
                .count();
    }

    @Override
    public void start() throws InterruptedException {
        host.onChange(() -> statusFile.write(host.statuses()));
        host.onChange(this::tellUnused);
        // Also of no plugins at all: the file says that this engine runs.
        statusFile.write(List.of());
        host.start();
    }

    /** Who installs a database's plugin may think that this is all. */
    private void tellUnused() {
        boolean unused = own != null && !host.extensions(Database.class).isEmpty();
        if (own != null && unused && !told) {
            LOG.warn(
                    "a plugin that provides a database runs, but all tables are in {} (to use the plugin's, see docs/tables.md:"
                            + " database.plugin)",
                    own.name());
        }
        told = unused;
    }

    @Override
    public void stop() {
        host.close();
        if (own != null) {
            own.close();
        }
    }

    /** Where all tables are: the engine's and those of plugins. */
    Database database() {
        return own == null ? host.database() : own;
    }

    /** Every jar and what has become of it. */
    public List<PluginStatus> statuses() {
        return host.statuses();
    }

    /** Everything that pages and scripts may ask for, in order. */
    public Set<String> features() {
        Set<String> all = new TreeSet<>(features);
        host.statuses().forEach(status -> all.addAll(status.provides()));
        return all;
    }

    /** Where commands of plugins are called, by whatever part of the engine. */
    public CommandDesk commands() {
        return host.commands();
    }

    /** What running plugins add at a point. */
    public <E extends Extension> List<LiveExtension<E>> extensions(Class<E> point) {
        return host.extensions(point);
    }

    /** Is told whenever the state of a plugin has changed. */
    void onChange(Runnable listener) {
        host.onChange(listener);
    }
}
