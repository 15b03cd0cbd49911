/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

/**
 * The one place of this host that those in a network reach, by TCP.
 *
 * @param address this host's own in that network, IPv4
 */
public record Door(String address, int port) {}
