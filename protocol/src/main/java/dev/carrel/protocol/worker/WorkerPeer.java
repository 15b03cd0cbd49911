/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

/** One worker's connection as the broker knows it: an id that its own socket made up and that no other connection of this socket has. */
public record WorkerPeer(long id) {}
