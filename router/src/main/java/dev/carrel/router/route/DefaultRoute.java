/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.carrel.chassis.boot.Service;
import dev.carrel.router.settings.ProxySettings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;

/** Puts the default target at the root of the table when the router starts, in the place of whatever was kept there. */
@Singleton
public final class DefaultRoute implements Service {
    private final RouteStore store;
    private final String target;

    /** Does nothing before it is started. */
    @Inject
    DefaultRoute(RouteStore store, ProxySettings settings) {
        this.store = store;
        this.target = settings.defaultTarget();
        if (!target.isEmpty() && Target.of(target).isEmpty()) {
            throw new IllegalArgumentException(
                    "proxy.default-target: \"" + target
                            + "\" (expected: a URL as http://127.0.0.1:8081, https://hub.example.org or http+unix://%2Frun%2Fhub.sock)");
        }
    }

    @Override
    public void start() throws IOException, InterruptedException {
        if (!target.isEmpty()) {
            store.put("/", JsonNodeFactory.instance.objectNode().put("target", target));
        }
    }

    @Override
    public void stop() {
        // It stays in the table like every other route.
    }
}
