/**
 * Administration from the command line: works on the database directly, with or without a running engine. Opened and closed by one command on its
 * own thread.
 */
@NullMarked
package dev.carrel.engine.administration;

import org.jspecify.annotations.NullMarked;
