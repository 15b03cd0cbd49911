/* Copyright the Carrel authors. */
/** Which engine of the cluster leads. */
@NullMarked
package dev.carrel.engine.cluster;

import org.jspecify.annotations.NullMarked;
