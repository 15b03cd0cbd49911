/* Copyright the Carrel authors. */
/** The one way out to addresses that somebody else chose. */
@NullMarked
package dev.carrel.engine.outgoing;

import org.jspecify.annotations.NullMarked;
