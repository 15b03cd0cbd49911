/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

/**
 * Whence a request comes.
 *
 * @param peer the address of the other end of the connection
 * @param client the address of who asked: the peer's, unless it is a proxy that is believed
 * @param scheme by which who asked came: http or https
 */
record Sender(String peer, String client, String scheme) {}
