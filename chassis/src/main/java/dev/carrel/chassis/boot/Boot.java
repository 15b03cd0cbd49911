/* Copyright the Carrel authors. */
package dev.carrel.chassis.boot;

import com.google.inject.AbstractModule;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import com.google.inject.TypeLiteral;
import com.google.inject.spi.Message;
import dev.carrel.chassis.log.LogSettings;
import dev.carrel.chassis.log.LogSetup;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.ops.OpsServer;
import dev.carrel.chassis.settings.Settings;
import dev.carrel.chassis.settings.SettingsReader;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.chassis.site.SiteSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A booted process. {@link #start} reads settings, configures logging, makes the injector and starts the services; {@link #close} stops them in
 * reverse. Every top-level key of the settings file must belong to some process.
 */
public final class Boot implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Boot.class);
    /** Sections that other processes own. */
    private static final Set<String> SECTIONS = Set.of(
            "site",
            "instance",
            "log",
            "router",
            "tls",
            "proxy",
            "engine",
            "database",
            "session",
            "signin",
            "functions",
            "schedules",
            "function-logs",
            "calls",
            "async-calls",
            "outgoing",
            "apis");

    private final ProcessName name;
    private final Health health;
    private final @Nullable OpsServer ops;
    private final PrometheusMeterRegistry metrics;
    private final List<Service> running = new ArrayList<>();
    private final Injector injector;
    private boolean closed;

    private Boot(ProcessSpec spec, DataFolder data, Settings settings) throws Exception {
        long begin = System.nanoTime();
        this.name = spec.name();
        health = new Health();
        metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        bindProcessMetrics(metrics);
        Optional<InetSocketAddress> opsAddress = spec.ops().apply(settings);
        ops = opsAddress.isEmpty() ? null : new OpsServer(name.label(), opsAddress.get(), health, metrics);
        try {
            Succession succession = new Succession();
            if (ops != null) {
                succession.add(ops::close);
            }
            injector = Guice.createInjector(
                    Stage.PRODUCTION,
                    new Chassis(spec, data, settings, health, metrics),
                    binder -> binder.bind(Succession.class).toInstance(succession));
            if (ops != null) {
                ops.start();
            }
            for (Service service : injector.getInstance(Key.get(new TypeLiteral<Set<Service>>() {}))) {
                running.addFirst(service);
                service.start();
            }
        } catch (Throwable e) {
            close();
            throw e;
        }
        health.started(true);
        LOG.info(
                "{} is ready after {} ms (pid {}, data {})",
                name.label(),
                Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                ProcessHandle.current().pid(),
                data.root());
    }

    /**
     * Reads the settings of a process from its data folder and the environment.
     *
     * @throws dev.carrel.chassis.settings.SettingsException with every fault
     */
    public static Settings settings(
            DataFolder data, List<Class<? extends Record>> sections, Map<String, String> environment) {
        List<Class<? extends Record>> all = new ArrayList<>(List.of(SiteSettings.class, LogSettings.class));
        all.addAll(sections);
        return SettingsReader.read(data.settingsFile(), environment, SECTIONS, all);
    }

    /**
     * Starts a process in this JVM.
     *
     * @throws Exception what the failing part threw, after everything that had started was stopped
     */
    public static Boot start(ProcessSpec spec, DataFolder data, Map<String, String> environment) throws Exception {
        Settings settings = settings(data, spec.sections(), environment);
        try {
            Files.createDirectories(data.logs());
        } catch (IOException e) {
            throw new IOException(
                    "data folder " + data.root() + ": cannot be written: " + e + " (run: carrel setup)", e);
        }
        LogSetup.apply(
                settings.section(LogSettings.class), data.logs(), spec.name().label());
        LOG.info("{} starts; effective settings:{}{}", spec.name().label(), System.lineSeparator(), settings.table());
        return new Boot(spec, data, settings);
    }

    /** Starts a process and waits until it is told to stop by a signal; returns the exit status. */
    public static int run(ProcessSpec spec, DataFolder data, Map<String, String> environment) {
        try {
            Boot boot = start(spec, data, environment);
            CountDownLatch stopped = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                boot.close();
                                stopped.countDown();
                            },
                            "stop"));
            stopped.await();
            return 0;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return 0;
        } catch (Exception e) {
            return cannotStart(spec.name(), e);
        }
    }

    /** Tells log and caller that a process cannot start, and why; returns its exit code. */
    public static int cannotStart(ProcessName process, Exception cause) {
        String reasons = reasons(cause);
        LOG.error("{} cannot start: {}", process.label(), reasons, cause);
        System.err.println(process.label() + " cannot start: " + reasons);
        return 1;
    }

    /** What the parts themselves said. How Guice came to them helps nobody but us, and the log has it. */
    static String reasons(Throwable failure) {
        Collection<Message> messages = failure instanceof CreationException creation
                ? creation.getErrorMessages()
                : failure instanceof ProvisionException provision ? provision.getErrorMessages() : List.of();
        List<String> reasons = messages.stream()
                .map(Message::getCause)
                .filter(Objects::nonNull)
                .map(Boot::reasons)
                .distinct()
                .toList();
        return reasons.isEmpty() ? String.valueOf(failure.getMessage()) : String.join("\n", reasons);
    }

    /** The injector, for tests and for what was built beside the process. */
    public Injector injector() {
        return injector;
    }

    /** Stops every service in reverse order; one that fails does not keep the others from stopping. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        health.started(false);
        for (Service service : running) {
            try {
                service.stop();
            } catch (Exception e) {
                LOG.error("stopping {} failed", service.getClass().getSimpleName(), e);
            }
        }
        if (ops != null) {
            ops.close();
        }
        metrics.close();
        LOG.info("{} has stopped", name.label());
    }

    private static void bindProcessMetrics(MeterRegistry registry) {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    /** What every process can have injected. */
    private static final class Chassis extends AbstractModule {
        private final ProcessSpec spec;
        private final DataFolder data;
        private final Settings settings;
        private final Health health;
        private final PrometheusMeterRegistry metrics;

        Chassis(ProcessSpec spec, DataFolder data, Settings settings, Health health, PrometheusMeterRegistry metrics) {
            this.spec = spec;
            this.data = data;
            this.settings = settings;
            this.health = health;
            this.metrics = metrics;
        }

        @Override
        protected void configure() {
            binder().requireExplicitBindings();
            binder().disableCircularProxies();
            binder().requireAtInjectOnConstructors();
            binder().requireExactBindingAnnotations();
            com.google.inject.multibindings.Multibinder.newSetBinder(binder(), Service.class);
            bind(DataFolder.class).toInstance(data);
            bind(Settings.class).toInstance(settings);
            bind(Health.class).toInstance(health);
            bind(MeterRegistry.class).toInstance(metrics);
            bind(Clock.class).toInstance(Clock.systemUTC());
            settings.sections().forEach(this::bindSection);
            for (Module module : spec.modules()) {
                install(module);
            }
        }

        @SuppressWarnings("unchecked")
        private void bindSection(Class<?> type, Record value) {
            bind((Class<Record>) type).toInstance(value);
        }
    }
}
