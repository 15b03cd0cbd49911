/* Copyright the Carrel authors. */
/** Lets in so many new people an hour; others wait in a queue. */
@org.jspecify.annotations.NullMarked
package dev.carrel.check.gate;
