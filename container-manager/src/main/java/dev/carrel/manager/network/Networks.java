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
    /** Touches nothing yet. */
    public static Networks of(DockerEngine docker, InstallId install, Policy policy, int brokerPort) {
        return new Networks(
                new HostNetwork(docker, install, policy, Zone.sessions(install)),
                new HostNetwork(docker, install, policy, Zone.workers(install, brokerPort)));
    }
}
