/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

/** Registers routes at start. Bound by every feature that has any, see {@link WebModule#add}. */
@FunctionalInterface
public interface Endpoints {
    /** Called once, before the server starts. */
    void register(EngineRoutes routes);
}
