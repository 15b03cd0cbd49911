/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.http.server.Filter;
import dev.carrel.http.server.HttpServer;
import dev.carrel.http.server.HttpServerSettings;
import dev.carrel.http.server.Route;
import dev.carrel.http.server.Routes;
import dev.carrel.http.server.SecurityHeaders;
import dev.carrel.http.transport.Transport;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The engine's HTTP server on 127.0.0.1, behind the router; and further ones with the same routes for those who come another way. */
public final class EngineServer implements Service {
    private static final String POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; img-src 'self' data:";

    private final Set<Endpoints> endpoints;
    private final Gate gate;
    private final Routes routes;
    private final Errors errors;
    private final SiteSettings site;
    private final EngineSettings settings;
    private @Nullable Transport transport;
    private @Nullable HttpServer server;

    /** Collects every endpoint; listens at {@link #start}. */
    @Inject
    EngineServer(Set<Endpoints> endpoints, Gate gate, Errors errors, SiteSettings site, EngineSettings settings) {
        this.endpoints = endpoints;
        this.gate = gate;
        this.errors = errors;
        this.site = site;
        this.settings = settings;
        routes = all(Routes.builder());
    }

    private Routes all(Routes.Builder builder) {
        builder.filter(gate);
        EngineRoutes collector = new EngineRoutes(builder);
        endpoints.forEach(e -> e.register(collector));
        return builder.build();
    }

    /**
     * A further server with the same routes, not started; its owner closes it before we stop.
     *
     * @param first stands before everything, the gate too: whoever comes here does not come by the router
     * @throws IllegalStateException before we have started
     */
    public HttpServer further(HttpServerSettings settings, Filter first) {
        Transport loops = transport;
        if (loops == null) {
            throw new IllegalStateException("the server has not started");
        }
        return new HttpServer(settings, all(Routes.builder().filter(first)), errors, loops);
    }

    /** Every route with its access rule as tag: the inventory. */
    public List<Route> routes() {
        return routes.all();
    }

    /** The port that was bound. */
    public int port() {
        if (server == null) {
            throw new IllegalStateException("the server has not started");
        }
        return server.port();
    }

    @Override
    public void start() {
        Transport opened = Transport.open(settings.transport(), "engine");
        transport = opened;
        HttpServerSettings behindRouter = HttpServerSettings.defaults(site.enginePort(), "site.internal-ports")
                .withSecurity(SecurityHeaders.defaults()
                        .withContentSecurityPolicy(POLICY)
                        .withHttps(site.https()));
        server = new HttpServer(behindRouter, routes, errors, opened).start();
    }

    @Override
    public void stop() {
        if (server != null) {
            server.close(Duration.ofSeconds(5));
        }
        if (transport != null) {
            transport.close();
        }
    }
}
