/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;

/** On which instance a user's home is; only where there are several. Never changed: homes do not move. */
@Stored(name = "engine_home_places")
record HomePlaceRow(@Key String user, String instance) {}
