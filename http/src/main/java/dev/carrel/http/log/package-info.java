/* Copyright the Carrel authors. */
/** The log of requests, which event loops of all doors write without waiting for it. */
@NullMarked
package dev.carrel.http.log;

import org.jspecify.annotations.NullMarked;
