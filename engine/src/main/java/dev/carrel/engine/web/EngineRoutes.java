/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.http.server.Handler;
import dev.carrel.http.server.RouteOptions;
import dev.carrel.http.server.Routes;

/** Takes routes, each with its access rule. */
public final class EngineRoutes {
    private final Routes.Builder builder;

    EngineRoutes(Routes.Builder builder) {
        this.builder = builder;
    }

    /** Adds a route; patterns are those of {@link Routes}. */
    public EngineRoutes add(String method, String pattern, Access access, Handler handler) {
        builder.route(method, pattern, RouteOptions.tagged(access), handler);
        return this;
    }

    /** Adds a route whose requests may have so many bytes of body. */
    public EngineRoutes add(String method, String pattern, Access access, long maxBody, Handler handler) {
        builder.route(method, pattern, RouteOptions.tagged(access).withMaxBody(maxBody), handler);
        return this;
    }

    /**
     * Adds a route whose handler may take long, without keeping others out.
     *
     * @param maxBody bytes that a request may have
     */
    public EngineRoutes addPatient(String method, String pattern, Access access, long maxBody, Handler handler) {
        builder.route(
                method,
                pattern,
                RouteOptions.tagged(access).withMaxBody(maxBody).withPatience(),
                handler);
        return this;
    }

    /** Adds a GET route. */
    public EngineRoutes get(String pattern, Access access, Handler handler) {
        return add("GET", pattern, access, handler);
    }

    /** Adds a POST route. */
    public EngineRoutes post(String pattern, Access access, Handler handler) {
        return add("POST", pattern, access, handler);
    }
}
