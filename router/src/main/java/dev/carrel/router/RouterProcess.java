/* Copyright the Carrel authors. */
package dev.carrel.router;

import dev.carrel.chassis.boot.ProcessSpec;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.router.settings.RouterSettings;
import java.util.List;
import java.util.Map;

/** The router as a process, for the launcher and for tests. */
public final class RouterProcess {
    private RouterProcess() {}

    /** The router with the environment of this JVM, in which {@code CONFIGPROXY_AUTH_TOKEN} may hold the control token. */
    public static ProcessSpec spec() {
        return spec(System.getenv());
    }

    static ProcessSpec spec(Map<String, String> environment) {
        return new ProcessSpec(
                ProcessName.ROUTER, List.of(RouterSettings.class), List.of(new RouterModule(Map.copyOf(environment))));
    }
}
