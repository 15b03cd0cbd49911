/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;

/** The home of a user. */
@Stored(name = "engine_homes")
record HomeRow(@Key String user, String volume) {}
