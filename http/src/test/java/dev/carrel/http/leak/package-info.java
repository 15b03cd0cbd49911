/* Copyright the Carrel authors. */
/** Watches every test class of this module for buffers that were never given back. Runs on JUnit's thread. */
@NullMarked
package dev.carrel.http.leak;

import org.jspecify.annotations.NullMarked;
