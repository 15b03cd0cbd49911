/* Copyright the Carrel authors. */
/**
 * Calls of functions that nobody waits for: kept in the database, run at least once by whichever engine claims them first, their results kept for a while.
 */
@NullMarked
package dev.carrel.engine.deferred;

import org.jspecify.annotations.NullMarked;
