/* Copyright the Carrel authors. */
/** Functions that run by themselves: each due time of a schedule becomes one asynchronous call. */
@NullMarked
package dev.carrel.engine.schedule;

import org.jspecify.annotations.NullMarked;
