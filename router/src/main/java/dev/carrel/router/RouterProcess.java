/* Copyright the Carrel authors. */
package dev.carrel.router;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.boot.ProcessSpec;
import dev.carrel.chassis.settings.SettingsException;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.router.restart.Handover;
import dev.carrel.router.restart.Takeover;
import dev.carrel.router.settings.ProxySettings;
import dev.carrel.router.settings.RouterSettings;
import dev.carrel.router.settings.TlsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The router as a process, for the launcher and for tests. */
public final class RouterProcess {
    private static final Logger LOG = LoggerFactory.getLogger(RouterProcess.class);

    private RouterProcess() {}

    /** The router with the environment of this JVM, in which {@code CONFIGPROXY_AUTH_TOKEN} may hold the control token. */
    public static ProcessSpec spec() {
        return spec(System.getenv());
    }

    /** In the place of configurable-http-proxy: health and metrics are served only where the settings say. */
    private static ProcessSpec standAlone(ProcessSpec spec) {
        return spec.withOps(settings -> {
            ProxySettings proxy = settings.section(ProxySettings.class);
            return proxy.metricsPort() == 0
                    ? Optional.empty()
                    : Optional.of(new InetSocketAddress(proxy.metricsIp(), proxy.metricsPort()));
        });
    }

    static ProcessSpec spec(Map<String, String> environment) {
        return spec(environment, Takeover.none(), () -> LOG.info("another router has taken the place of this one"));
    }

    private static ProcessSpec spec(Map<String, String> environment, Takeover takeover, Handover.Ending ending) {
        return new ProcessSpec(
                ProcessName.ROUTER,
                List.of(RouterSettings.class, TlsSettings.class, ProxySettings.class, InstanceSettings.class),
                List.of(new RouterModule(Map.copyOf(environment), takeover, ending)));
    }

    /**
     * Runs the router until it is told to stop by a signal or another takes its place; returns the exit status. One that runs already with this data
     * folder is asked for its place, and finishes what it has begun while this one serves.
     */
    public static int run(DataFolder data, Map<String, String> environment) {
        return run(data, environment, UnaryOperator.identity());
    }

    /** The same in the place of configurable-http-proxy, without engine. */
    public static int runStandAlone(DataFolder data, Map<String, String> environment) {
        return run(data, environment, RouterProcess::standAlone);
    }

    private static int run(DataFolder data, Map<String, String> environment, UnaryOperator<ProcessSpec> kind) {
        try {
            // Before the other is asked: who cannot start for a fault in the settings leaves it alone.
            Boot.settings(data, spec(environment).sections(), environment);
        } catch (SettingsException _) {
            return Boot.run(kind.apply(spec(environment)), data, environment);
        }
        Takeover takeover;
        try {
            takeover = Takeover.begin(data);
        } catch (IOException e) {
            return Boot.cannotStart(ProcessName.ROUTER, e);
        }
        return Boot.run(kind.apply(spec(environment, takeover, () -> System.exit(0))), data, environment);
    }
}
