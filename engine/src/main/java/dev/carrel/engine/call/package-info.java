/**
 * Calls of functions: from a request over the function's queue to a worker and back; which workers there are. State of a function is changed under its
 * own lock only, and nothing waits while it holds one.
 */
@NullMarked
package dev.carrel.engine.call;

import org.jspecify.annotations.NullMarked;
