/* Copyright the Carrel authors. */
/**
 * Every store as tables: a record for each, on whichever {@link dev.carrel.plugin.Database} the operator chose. A store reads, decides and writes under
 * the condition that what it read still holds, and begins anew when it does not. Implements the store interfaces of the feature packages and
 * nothing else; any thread.
 */
@NullMarked
package dev.carrel.engine.database;

import org.jspecify.annotations.NullMarked;
