/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import java.time.Instant;

/** A sign-in flow that has come to its end and must not again. */
@Stored(name = "engine_flows")
record FlowRow(@Key String id, Instant until) {}
