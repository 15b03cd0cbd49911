/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.host.HostSettings;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginHost;
import dev.carrel.plugin.host.PluginStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
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
import java.util.TreeSet;

/** The plugins of this engine: what lies in the data folder's {@code plugins/}. */
public final class Plugins implements Service {
    /** What the engine has without any plugin. */
    private static final Set<String> OWN_FEATURES = Set.of("sessions", "tokens");

    private final PluginHost host;
    private final StatusFile statusFile;

    /** Starts nothing yet. */
    @Inject
    public Plugins(DataFolder data, Clock clock, MeterRegistry metrics) throws IOException {
        statusFile = new StatusFile(data);
        Path settings = data.settingsFile().resolveSibling("plugins");
        host = new PluginHost(new HostSettings(
                List.of(data.plugins()),
                settings,
                data.engine().resolve("plugin-data"),
                data.engine().resolve("plugin-work"),
                OWN_FEATURES,
                allowed(settings.resolve("allowed.properties")),
                (plugin, call, outcome, took) -> metrics.timer(
                                "carrel.plugin.calls", "plugin", plugin, "call", call, "outcome", outcome)
                        .record(took),
                clock));
        Gauge.builder("carrel.plugins.running", host, Plugins::running)
                .description("Plugins that run")
                .register(metrics);
    }

    private static double running(PluginHost host) {
        return host.statuses().stream()
                .filter(s -> s.state() == PluginStatus.State.RUNNING)
                .count();
    }

    /** Where there is such a file, what it does not name is refused. */
    private static Optional<Map<String, String>> allowed(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> allowed = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(name -> allowed.put(name, properties.getProperty(name).strip()));
        return Optional.of(allowed);
    }

    @Override
    public void start() throws InterruptedException {
        host.onChange(() -> statusFile.write(host.statuses()));
        // Also of no plugins at all: the file says that this engine runs.
        statusFile.write(List.of());
        host.start();
    }

    @Override
    public void stop() {
        host.close();
    }

    /** Every jar and what has become of it. */
    public List<PluginStatus> statuses() {
        return host.statuses();
    }

    /** Everything that pages and scripts may ask for, in order. */
    public Set<String> features() {
        Set<String> features = new TreeSet<>(OWN_FEATURES);
        host.statuses().forEach(status -> features.addAll(status.provides()));
        return features;
    }

    /** What running plugins add at a point. */
    <E extends Extension> List<LiveExtension<E>> extensions(Class<E> point) {
        return host.extensions(point);
    }

    /** Is told whenever the state of a plugin has changed. */
    void onChange(Runnable listener) {
        host.onChange(listener);
    }
}
