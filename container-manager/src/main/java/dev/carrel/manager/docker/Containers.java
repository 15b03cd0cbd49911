/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.InstallId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The containers of this installation. A container is reached by its generated name and then judged by its labels; everything is done to the id that was
 * judged, so a foreign container of a similar name is never touched.
 */
public final class Containers {
    private static final Duration LOG_LIMIT = Duration.ofSeconds(10);
    private static final int MOST_LINES = 1000;

    private final DockerEngine docker;
    private final InstallId install;

    /** Asks nothing yet. */
    public Containers(DockerEngine docker, InstallId install) {
        this.docker = docker;
        this.install = install;
    }

    /**
     * How far a container has come.
     *
     * @param running whether its first process lives
     * @param startedAt when Docker started it; null when it never ran
     * @param exitCode null while it runs
     * @param oomKilled whether the kernel ended it for want of memory
     */
    public record Life(
            boolean running,
            @Nullable Instant startedAt,
            @Nullable Integer exitCode,
            boolean oomKilled) {
        /** Whether it ran and does no more. */
        public boolean ended() {
            return !running && startedAt != null;
        }
    }

    /** The owner's container as Docker describes it; empty when there is none of ours. */
    public Optional<InspectContainerResponse> find(Owner owner) throws CommandFailure, InterruptedException {
        return inspect(owner.containerName(install))
                .filter(c -> owner(c).filter(owner::equals).isPresent());
    }

    /** As {@link #find}, for what cannot go on without. */
    public InspectContainerResponse require(Owner owner) throws CommandFailure, InterruptedException {
        return find(owner)
                .orElseThrow(() -> new CommandFailure(
                        FailureCode.NOT_FOUND, owner + " has no container (it was never started, or is removed)"));
    }

    /** A container of whomever; empty when there is none. */
    public Optional<InspectContainerResponse> inspect(String idOrName) throws CommandFailure, InterruptedException {
        try {
            return Optional.of(docker.call(
                    "docker inspect",
                    client -> client.inspectContainerCmd(idOrName).exec()));
        } catch (NotFoundException _) {
            return Optional.empty();
        }
    }

    /** For what it was started; empty when it is not ours. */
    public Optional<Owner> owner(InspectContainerResponse container) {
        return Labels.owner(install, labels(container));
    }

    /** For what containers of this installation were started, running or not. */
    Set<Owner> owners() throws CommandFailure, InterruptedException {
        return ours().stream()
                .flatMap(c -> Labels.owner(install, c.getLabels()).stream())
                .collect(Collectors.toSet());
    }

    /** Every container of this installation that is of this kind, running or not. */
    public List<InspectContainerResponse> list(Class<? extends Owner> kind)
            throws CommandFailure, InterruptedException {
        List<InspectContainerResponse> list = new ArrayList<>();
        for (Container container : ours()) {
            if (Labels.owner(install, container.getLabels())
                    .filter(kind::isInstance)
                    .isPresent()) {
                // The list lacks exit codes and times.
                inspect(container.getId()).ifPresent(list::add);
            }
        }
        return list;
    }

    private List<Container> ours() throws CommandFailure, InterruptedException {
        return docker.call(
                "docker ps",
                client -> client.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(Map.of(Labels.INSTALL, install.value()))
                        .exec());
    }

    /** The labels of a container. */
    public static Map<String, String> labels(InspectContainerResponse container) {
        Map<String, String> labels =
                container.getConfig() == null ? null : container.getConfig().getLabels();
        return labels == null ? Map.of() : labels;
    }

    /** How far it has come. */
    public static Life life(InspectContainerResponse container) {
        var state = container.getState();
        boolean running = Boolean.TRUE.equals(state.getRunning());
        Instant startedAt = time(state.getStartedAt());
        boolean alive = running || startedAt == null && !"exited".equals(state.getStatus());
        return new Life(running, startedAt, alive ? null : exitCode(state), Boolean.TRUE.equals(state.getOOMKilled()));
    }

    /** Removes it, killing it when it runs, and what was written in it; a home is no part of it. Removing what is gone is fine. */
    public void remove(Owner owner) throws CommandFailure, InterruptedException {
        Optional<InspectContainerResponse> container = find(owner);
        if (container.isPresent()) {
            removeById(container.get().getId());
        }
    }

    /** As {@link #remove}, for an id that is known to be ours. */
    public void removeById(String id) throws CommandFailure, InterruptedException {
        try {
            docker.call(
                    "docker rm",
                    client -> client.removeContainerCmd(id)
                            .withForce(true)
                            .withRemoveVolumes(true)
                            .exec());
        } catch (NotFoundException _) {
            // Gone already.
        } catch (ConflictException e) {
            if (!String.valueOf(e.getMessage()).contains("already in progress")) {
                throw Failures.of("docker rm", e, docker.absence());
            }
        }
    }

    /**
     * The last lines of the output of its container.
     *
     * @param lines 1 to 1000; the bound of one answer
     */
    public List<String> tailOf(Owner owner, int lines) throws CommandFailure, InterruptedException {
        if (lines < 1 || lines > MOST_LINES) {
            throw new CommandFailure(FailureCode.REJECTED, "lines: " + lines + " (expected: 1.." + MOST_LINES + ")");
        }
        return tail(require(owner).getId(), lines);
    }

    /** The last lines of a container's output. */
    public List<String> tail(String id, int lines) throws CommandFailure, InterruptedException {
        LogTail tail = new LogTail(lines);
        docker.<Frame>stream(
                "docker logs",
                LOG_LIMIT,
                client -> client.logContainerCmd(id)
                        .withStdOut(true)
                        .withStdErr(true)
                        .withTail(lines)
                        .exec(tail));
        return tail.lines();
    }

    private static @Nullable Integer exitCode(InspectContainerResponse.ContainerState state) {
        Long code = state.getExitCodeLong();
        return code == null ? null : code.intValue();
    }

    private static @Nullable Instant time(@Nullable String text) {
        if (text == null || text.startsWith("0001-")) {
            return null;
        }
        return Instant.parse(text);
    }
}
