/**
 * The engine's end of the line to the container-manager. Used by session (and later function and batch) from virtual threads.
 */
@NullMarked
package dev.carrel.engine.manager;

import org.jspecify.annotations.NullMarked;
