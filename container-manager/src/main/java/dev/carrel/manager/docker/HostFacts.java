/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.model.Info;
import dev.carrel.protocol.command.CommandFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the Docker engine says about this machine.
 *
 * @param cpus how many cores it has
 * @param init whether Docker can put its own init into a container
 * @param fault why sessions must not run on it
 */
public record HostFacts(int cpus, boolean init, Optional<String> fault) {

    /** Asks the Docker engine. */
    public static HostFacts read(DockerEngine docker) throws CommandFailure, InterruptedException {
        Info info = docker.call("docker info", client -> client.infoCmd().exec());
        Integer cpus = info.getNCPU();
        return new HostFacts(
                cpus == null || cpus < 1 ? 1 : cpus, init(info.getRawValues()), fault(info.getSecurityOptions()));
    }

    /** Docker writes N/A for the version of an init that is not installed. */
    private static boolean init(Map<String, Object> raw) {
        return raw.get("InitCommit") instanceof Map<?, ?> commit && !"N/A".equals(commit.get("ID"));
    }

    private static Optional<String> fault(@org.jspecify.annotations.Nullable List<String> options) {
        boolean seccomp = options != null
                && options.stream().anyMatch(o -> o.startsWith("name=seccomp") && !o.contains("profile=unconfined"));
        return seccomp
                ? Optional.empty()
                : Optional.of("the Docker engine runs containers without seccomp: " + options
                        + " (expected: its default profile; remove seccomp-profile from /etc/docker/daemon.json)");
    }
}
