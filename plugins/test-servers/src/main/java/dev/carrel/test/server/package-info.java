/* Copyright the Carrel authors. */
/** Real database servers that tests start, kill and start again. */
@NullMarked
package dev.carrel.test.server;

import org.jspecify.annotations.NullMarked;
