/* Copyright the Carrel authors. */
package dev.carrel.manager.network;

import dev.carrel.manager.docker.DockerEngine;
import dev.carrel.manager.policy.Policy;
import dev.carrel.protocol.name.InstallId;

/**
 * The networks of this installation. Nobody in one of them reaches anybody in the other.
 *
 * @param sessions is always there
 * @param workers is made when it is first asked for
 */
public record Networks(HostNetwork sessions, HostNetwork workers) {
    /**
     * Touches nothing yet.
     *
     * @param port the one that each network has at this host's own address in it: in that of sessions the engine's desk for them, in that of workers their broker
     */
    public static Networks of(DockerEngine docker, InstallId install, Policy policy, int port) {
        return new Networks(
                new HostNetwork(docker, install, policy, Zone.sessions(install, port)),
                new HostNetwork(docker, install, policy, Zone.workers(install, port)));
    }
}
