/**
 * The router beside nginx, haproxy and configurable-http-proxy, all in front of the same back ends, in turns. Called by {@code benchmarks/run ROUNDS
 * router}.
 */
@NullMarked
package dev.carrel.benchmarks.router;

import org.jspecify.annotations.NullMarked;
