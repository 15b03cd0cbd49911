/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import dev.carrel.protocol.name.InstallId;

/**
 * One network of an installation: how all that belongs to it is called, and what of this host is open to those who live in it. The names of two zones are
 * never the same, nor those of two installations.
 *
 * @param name of Docker's network, and the beginning of the names of its firewall chains
 * @param bridge name of the interface on this host; the kernel allows 15 characters
 * @param inhabitants who lives in it, for messages
 * @param addressed whether each of them is given its address by us; else Docker chooses
 * @param door the TCP port that they reach at this host's own address in the network; 0 for none
 */
public record Zone(String name, String bridge, String inhabitants, boolean addressed, int door) {

    /** Where sessions live; the port of the engine's desk for them is open to them. */
    public static Zone sessions(InstallId install, int deskPort) {
        return new Zone("crl-" + install, "crl" + install, "sessions", true, deskPort);
    }

    /** Where workers of functions live; their broker's port is open to them. */
    public static Zone workers(InstallId install, int brokerPort) {
        return new Zone("crl-" + install + "-workers", "crw" + install, "workers of functions", false, brokerPort);
    }

    String chain(String part) {
        return name + "-" + part;
    }
}
