/* Copyright the Carrel authors. */
package dev.carrel.engine.cluster;

import java.time.Instant;

/**
 * One engine with its manager and router, as the database has it.
 *
 * @param name the operator's name for it
 * @param holder the installation that goes by that name
 * @param host where the other instances' routers reach its router
 * @param port the port there
 * @param until when its engine is taken for gone unless it says otherwise before
 */
public record Instance(String name, String holder, String host, int port, Instant until) {}
