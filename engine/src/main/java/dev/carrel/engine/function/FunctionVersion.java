/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import java.time.Instant;

/**
 * A version as it was published. Never changes.
 *
 * @param number 1 for a function's first; numbers of a function that was deleted are not given again to one of the same name
 * @param publisher the user name of whoever published it
 */
public record FunctionVersion(FunctionId function, long number, Instant created, String publisher, FunctionSpec spec) {}
