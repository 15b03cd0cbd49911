/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

/**
 * The router process whose place this one takes.
 *
 * @param listens whether there is one, which still listens on the public port
 */
public record Predecessor(boolean listens) {}
