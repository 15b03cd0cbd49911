/* Copyright the Carrel authors. */
/**
 * What functions printed and which calls they had, in files: bounded for each function and in total, whole up to the last entry whatever the process or the
 * disk does. Everything here blocks for the disk, so nobody who serves calls asks it.
 */
@NullMarked
package dev.carrel.engine.journal;

import org.jspecify.annotations.NullMarked;
