/* Copyright the Carrel authors. */
package dev.carrel.manager.container;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Ulimit;
import dev.carrel.manager.docker.HostFacts;
import dev.carrel.manager.docker.Labels;
import dev.carrel.manager.policy.LimitPolicy;
import dev.carrel.protocol.name.InstallId;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds the one form of container there is. Read it as the list of what a session or a worker has; whatever is not here, it has not: no capability, no
 * device, no port of the host, no namespace of the host, no folder of the host but a session's home, no other network.
 *
 * <p>Docker's own defaults that count as protection (seccomp and AppArmor profiles, masked paths in /proc) are left as they are, never named: naming them
 * replaces them.
 */
public final class ContainerSpec {
    /** Programs that reap orphans and pass on signals; an image that starts with one needs no second. */
    private static final Set<String> INITS =
            Set.of("tini", "tini-static", "dumb-init", "catatonit", "docker-init", "init", "s6-svscan");

    private static final long SMALL_TMPFS = 8L << 20;
    /** When memory runs out, sessions and workers end before anything of the host does. */
    private static final int FIRST_TO_GO = 500;

    private final InstallId install;
    private final LimitPolicy limits;

    /** A form with the bounds that are the same for all. */
    public ContainerSpec(InstallId install, LimitPolicy limits) {
        this.install = install;
        this.limits = limits;
    }

    /** Fills an empty create command. */
    public CreateContainerCmd fill(CreateContainerCmd create, Shape shape, HostFacts host) {
        if (shape.address() != null) {
            create.withIpv4Address(shape.address());
        }
        return create.withName(shape.owner().containerName(install))
                .withHostName("carrel-" + shape.owner().value().substring(0, 8))
                .withUser(shape.image().user())
                .withCmd(shape.command())
                .withEnv(shape.environment())
                .withWorkingDir(shape.folder())
                .withLabels(labels(shape))
                // Readiness is the engine's question; a check of the image's own would only cost each a
                // process.
                .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
                .withHostConfig(hostConfig(shape, host));
    }

    private HostConfig hostConfig(Shape shape, HostFacts host) {
        long milliCpus = Math.min(shape.grant().milliCpus(), 1000L * host.cpus());
        return HostConfig.newHostConfig()
                .withNetworkMode(shape.networkId())
                .withMounts(shape.home() == null ? List.of() : List.of(home(shape.home(), shape.folder())))
                .withTmpFs(memoryFolders(shape))
                .withReadonlyRootfs(shape.readOnlyRoot())
                .withPrivileged(false)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges:true"))
                .withIpcMode("private")
                .withCgroupnsMode("private")
                .withMemory(shape.grant().memoryBytes())
                .withMemorySwap(shape.grant().memoryBytes())
                .withNanoCPUs(milliCpus * 1_000_000)
                .withPidsLimit((long) shape.grant().pids())
                .withUlimits(List.of(
                        new Ulimit("nofile", (long) limits.openFiles(), (long) limits.openFiles()),
                        new Ulimit("core", 0L, 0L)))
                .withShmSize(part(shape, limits.sharedMemory().bytes()))
                .withOomScoreAdj(FIRST_TO_GO)
                .withInit(host.init() && !hasInit(shape))
                .withRestartPolicy(RestartPolicy.noRestart())
                .withPublishAllPorts(false)
                .withAutoRemove(false)
                .withLogConfig(new LogConfig(
                        LogConfig.LoggingType.JSON_FILE,
                        Map.of("max-size", Long.toString(limits.log().bytes()), "max-file", "2")));
    }

    private static Mount home(Path source, String target) {
        // A mount, not a bind: Docker would make a missing source of a bind, owned by root.
        return new Mount()
                .withType(MountType.BIND)
                .withSource(source.toString())
                .withTarget(target)
                .withReadOnly(false)
                .withBindOptions(new BindOptions().withPropagation(BindPropagation.R_PRIVATE));
    }

    private Map<String, String> memoryFolders(Shape shape) {
        long tmp = part(shape, limits.tmp().bytes());
        boolean exec = shape.image().tmpExec();
        Map<String, String> folders = new LinkedHashMap<>();
        folders.put("/tmp", memoryFolder(shape, tmp, exec, "1777"));
        if (shape.readOnlyRoot()) {
            folders.put("/run", memoryFolder(shape, SMALL_TMPFS, false, "0755"));
            folders.put("/var/tmp", memoryFolder(shape, tmp, exec, "1777"));
        }
        for (String path : shape.found().volumes()) {
            // Docker would put a volume without a bound there, which outlives the container.
            if (path.matches("(/[A-Za-z0-9_][A-Za-z0-9._-]*)+") && !path.equals(shape.folder())) {
                folders.putIfAbsent(path, memoryFolder(shape, SMALL_TMPFS, false, "0755"));
            }
        }
        if (shape.home() == null) {
            folders.put(shape.folder(), memoryFolder(shape, tmp, true, "0755"));
        }
        return folders;
    }

    /** Full folders in memory must leave room for programs, else the kernel ends the container for want of memory. */
    private static long part(Shape shape, long bytes) {
        return Math.min(bytes, shape.grant().memoryBytes() / 4);
    }

    /** Owned by the container's user: older versions of runc give the folder the mode it has in the image, whatever is said here. */
    private static String memoryFolder(Shape shape, long bytes, boolean exec, String mode) {
        return "rw,nosuid,nodev," + (exec ? "exec" : "noexec") + ",size=" + bytes + ",mode=" + mode + ",uid="
                + shape.image().uid() + ",gid=" + shape.image().gid();
    }

    private Map<String, String> labels(Shape shape) {
        Map<String, String> labels = new LinkedHashMap<>(shape.labels());
        labels.put(Labels.INSTALL, install.value());
        labels.put(shape.owner().label(), shape.owner().value());
        labels.put(Labels.IMAGE, shape.image().name());
        return labels;
    }

    private static boolean hasInit(Shape shape) {
        List<String> entrypoint = shape.found().entrypoint();
        List<String> first = entrypoint.isEmpty() ? shape.command() : entrypoint;
        return !first.isEmpty() && INITS.contains(CommandWords.baseName(first.getFirst()));
    }
}
