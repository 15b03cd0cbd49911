/* Copyright the Carrel authors. */
package dev.carrel.router;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.boot.ProcessSpec;
import dev.carrel.chassis.settings.SettingsException;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.router.restart.Handover;
import dev.carrel.router.restart.Takeover;
import dev.carrel.router.settings.RouterSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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

    static ProcessSpec spec(Map<String, String> environment) {
        return spec(environment, Takeover.none(), () -> LOG.info("another router has taken the place of this one"));
    }

    private static ProcessSpec spec(Map<String, String> environment, Takeover takeover, Handover.Ending ending) {
        return new ProcessSpec(
                ProcessName.ROUTER,
                List.of(RouterSettings.class),
                List.of(new RouterModule(Map.copyOf(environment), takeover, ending)));
    }

    /**
     * Runs the router until it is told to stop by a signal or another takes its place; returns the exit status. One that runs already with this data
     * folder is asked for its place, and finishes what it has begun while this one serves.
     */
    public static int run(DataFolder data, Map<String, String> environment) {
        try {
            // Before the other is asked: who cannot start for a fault in the settings leaves it alone.
            Boot.settings(data, spec(environment).sections(), environment);
        } catch (SettingsException _) {
            return Boot.run(spec(environment), data, environment);
        }
        Takeover takeover;
        try {
            takeover = Takeover.begin(data);
        } catch (IOException e) {
            LOG.error("router cannot start: {}", e.getMessage(), e);
            System.err.println("router cannot start: " + e.getMessage());
            return 1;
        }
        return Boot.run(spec(environment, takeover, () -> System.exit(0)), data, environment);
    }
}
