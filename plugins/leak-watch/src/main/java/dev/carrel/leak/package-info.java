/* Copyright the Carrel authors. */
/** Watches the tests of a module for buffers that were never given back. Runs on JUnit's thread. */
@NullMarked
package dev.carrel.leak;

import org.jspecify.annotations.NullMarked;
