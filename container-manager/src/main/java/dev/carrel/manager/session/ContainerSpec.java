/* Copyright the Carrel authors. */
package dev.carrel.manager.session;

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
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.docker.Labels;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.manager.policy.LimitPolicy;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.InstallId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds the one form of container there is. Read it as the list of what a session has; whatever is not here, it has not: no capability, no
 * device, no port of the host, no namespace of the host, no folder of the host but the home, no other network.
 *
 * <p>Docker's own defaults that count as protection (seccomp and AppArmor profiles, masked paths in /proc) are left as they are, never named: naming them
 * replaces them.
 */
final class ContainerSpec {
    /** Programs that reap orphans and pass on signals; an image that starts with one needs no second. */
    private static final Set<String> INITS =
            Set.of("tini", "tini-static", "dumb-init", "catatonit", "docker-init", "init", "s6-svscan");

    private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "zsh", "ksh");
    private static final long SMALL_TMPFS = 8L << 20;
    /** When memory runs out, sessions end before anything of the host does. */
    private static final int FIRST_TO_GO = 500;

    private final InstallId install;
    private final LimitPolicy limits;

    ContainerSpec(InstallId install, LimitPolicy limits) {
        this.install = install;
        this.limits = limits;
    }

    /** Fills an empty create command. */
    CreateContainerCmd fill(CreateContainerCmd create, SessionPlan plan, HostFacts host) {
        Command.StartSession command = plan.command();
        if (plan.address() != null) {
            create.withIpv4Address(plan.address());
        }
        return create.withName(Labels.containerName(install, command.session()))
                .withHostName("carrel-" + command.session().value().substring(0, 8))
                .withUser(plan.image().user())
                .withCmd(commandLine(plan))
                .withEnv(environment(plan))
                .withWorkingDir(plan.image().home())
                .withLabels(labels(plan))
                // Readiness is the engine's question; a check of the image's own would only cost every session a
                // process.
                .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
                .withHostConfig(hostConfig(plan, host));
    }

    private HostConfig hostConfig(SessionPlan plan, HostFacts host) {
        long milliCpus = Math.min(plan.grant().milliCpus(), 1000L * host.cpus());
        return HostConfig.newHostConfig()
                .withNetworkMode(plan.networkId())
                .withMounts(List.of(home(plan)))
                .withTmpFs(memoryFolders(plan))
                .withReadonlyRootfs(plan.image().readOnlyRoot())
                .withPrivileged(false)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges:true"))
                .withIpcMode("private")
                .withCgroupnsMode("private")
                .withMemory(plan.grant().memoryBytes())
                .withMemorySwap(plan.grant().memoryBytes())
                .withNanoCPUs(milliCpus * 1_000_000)
                .withPidsLimit((long) plan.grant().pids())
                .withUlimits(List.of(
                        new Ulimit("nofile", (long) limits.openFiles(), (long) limits.openFiles()),
                        new Ulimit("core", 0L, 0L)))
                .withShmSize(part(plan, limits.sharedMemory().bytes()))
                .withOomScoreAdj(FIRST_TO_GO)
                .withInit(host.init() && !hasInit(plan))
                .withRestartPolicy(RestartPolicy.noRestart())
                .withPublishAllPorts(false)
                .withAutoRemove(false)
                .withLogConfig(new LogConfig(
                        LogConfig.LoggingType.JSON_FILE,
                        Map.of("max-size", Long.toString(limits.log().bytes()), "max-file", "2")));
    }

    private static Mount home(SessionPlan plan) {
        // A mount, not a bind: Docker would make a missing source of a bind, owned by root.
        return new Mount()
                .withType(MountType.BIND)
                .withSource(plan.home().toString())
                .withTarget(plan.image().home())
                .withReadOnly(false)
                .withBindOptions(new BindOptions().withPropagation(BindPropagation.R_PRIVATE));
    }

    private Map<String, String> memoryFolders(SessionPlan plan) {
        long tmp = part(plan, limits.tmp().bytes());
        boolean exec = plan.image().tmpExec();
        Map<String, String> folders = new LinkedHashMap<>();
        folders.put("/tmp", memoryFolder(plan, tmp, exec, "1777"));
        if (plan.image().readOnlyRoot()) {
            folders.put("/run", memoryFolder(plan, SMALL_TMPFS, false, "0755"));
            folders.put("/var/tmp", memoryFolder(plan, tmp, exec, "1777"));
        }
        for (String path : plan.found().volumes()) {
            // Docker would put a volume without a bound there, which outlives the container.
            if (path.matches("(/[A-Za-z0-9_][A-Za-z0-9._-]*)+")
                    && !path.equals(plan.image().home())) {
                folders.putIfAbsent(path, memoryFolder(plan, SMALL_TMPFS, false, "0755"));
            }
        }
        return folders;
    }

    /** Full folders in memory must leave room for programs, else the kernel ends the session for want of memory. */
    private static long part(SessionPlan plan, long bytes) {
        return Math.min(bytes, plan.grant().memoryBytes() / 4);
    }

    /** Owned by the session's user: older versions of runc give the folder the mode it has in the image, whatever is said here. */
    private static String memoryFolder(SessionPlan plan, long bytes, boolean exec, String mode) {
        return "rw,nosuid,nodev," + (exec ? "exec" : "noexec") + ",size=" + bytes + ",mode=" + mode + ",uid="
                + plan.image().uid() + ",gid=" + plan.image().gid();
    }

    private Map<String, String> labels(SessionPlan plan) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(Labels.INSTALL, install.value());
        labels.put(Labels.SESSION, plan.command().session().value());
        labels.put(Labels.IMAGE, plan.image().name());
        labels.put(Labels.USER, plan.command().user().value());
        labels.put(Labels.HOME, plan.command().home().value());
        labels.put(Labels.PORT, Integer.toString(plan.image().port()));
        return labels;
    }

    private static List<String> environment(SessionPlan plan) {
        return List.of(
                "JUPYTER_TOKEN=" + plan.command().token(),
                "JUPYTER_PORT=" + plan.image().port(),
                "HOME=" + plan.image().home(),
                "CARREL_SESSION=" + plan.command().session(),
                "CARREL_USER=" + plan.command().user());
    }

    /** Refuses images whose command cannot take the arguments. */
    static void check(AllowedImage image, Images.Found found) throws CommandFailure {
        List<String> command = command(image, found);
        if (command.isEmpty() && found.entrypoint().isEmpty()) {
            throw unusable(image, "has no command");
        }
        for (List<String> line : List.of(command, found.entrypoint())) {
            if (shellLine(line)) {
                throw unusable(image, "starts a shell line, which takes no arguments: " + line);
            }
        }
    }

    private static List<String> command(AllowedImage image, Images.Found found) {
        return image.command().isEmpty() ? found.command() : image.command();
    }

    /** The command and the arguments of images/README.md. The token is no argument: those are seen in the host's process list. */
    private static List<String> commandLine(SessionPlan plan) {
        List<String> line = new ArrayList<>(command(plan.image(), plan.found()));
        line.add("--ServerApp.ip=0.0.0.0");
        line.add("--ServerApp.port=" + plan.image().port());
        line.add("--ServerApp.port_retries=0");
        line.add("--ServerApp.base_url=" + plan.command().basePath());
        line.add("--ServerApp.root_dir=" + plan.image().home());
        line.add("--ServerApp.allow_remote_access=True");
        line.add("--ServerApp.trust_xheaders=True");
        line.add("--ServerApp.open_browser=False");
        line.add("--ServerApp.quit_button=False");
        return line;
    }

    private static boolean shellLine(List<String> command) {
        return command.size() > 1
                && SHELLS.contains(baseName(command.getFirst()))
                && command.get(1).matches("-[a-z]*c");
    }

    private static boolean hasInit(SessionPlan plan) {
        List<String> entrypoint = plan.found().entrypoint();
        List<String> first = entrypoint.isEmpty() ? command(plan.image(), plan.found()) : entrypoint;
        return !first.isEmpty() && INITS.contains(baseName(first.getFirst()));
    }

    private static String baseName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static CommandFailure unusable(AllowedImage image, String why) {
        return new CommandFailure(
                FailureCode.IMAGE_NOT_ALLOWED,
                "image " + image.reference() + " " + why + " (expected: for \"" + image.name()
                        + "\" in the policy: command: [start-notebook.py], or whatever starts the image's Jupyter server)");
    }
}
