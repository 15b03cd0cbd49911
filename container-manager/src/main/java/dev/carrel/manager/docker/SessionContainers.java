/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.Statistics;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.InstallId;
import dev.carrel.protocol.name.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The containers of this installation's sessions. A container is reached by its generated name and then judged by its labels; everything is
 * done to the id that was judged, so a foreign container of a similar name is never touched.
 */
public final class SessionContainers implements SessionList {
    private static final Duration LOG_LIMIT = Duration.ofSeconds(10);

    private final DockerEngine docker;
    private final InstallId install;

    /** Asks nothing yet. */
    public SessionContainers(DockerEngine docker, InstallId install) {
        this.docker = docker;
        this.install = install;
    }

    /** The session's container as Docker describes it; empty when there is none of ours. */
    public Optional<InspectContainerResponse> find(SessionId session) throws CommandFailure, InterruptedException {
        return inspect(Labels.containerName(install, session))
                .filter(c -> session(c).filter(session::equals).isPresent());
    }

    /** As {@link #find}, for what cannot go on without. */
    public InspectContainerResponse require(SessionId session) throws CommandFailure, InterruptedException {
        return find(session)
                .orElseThrow(() -> new CommandFailure(
                        FailureCode.NOT_FOUND,
                        "session " + session + " has no container (it was never started, or is removed)"));
    }

    Optional<InspectContainerResponse> inspect(String idOrName) throws CommandFailure, InterruptedException {
        try {
            return Optional.of(docker.call(
                    "docker inspect",
                    client -> client.inspectContainerCmd(idOrName).exec()));
        } catch (NotFoundException _) {
            return Optional.empty();
        }
    }

    @Override
    public Set<SessionId> sessions() throws CommandFailure, InterruptedException {
        Set<SessionId> sessions = new HashSet<>();
        for (Container container : ours()) {
            Labels.session(install, container.getLabels()).ifPresent(sessions::add);
        }
        return sessions;
    }

    @Override
    public Map<SessionId, String> addresses() throws CommandFailure, InterruptedException {
        Map<SessionId, String> addresses = new HashMap<>();
        for (SessionContainer container : list()) {
            if (container.address() != null) {
                addresses.put(container.session(), container.address());
            }
        }
        return addresses;
    }

    private List<Container> ours() throws CommandFailure, InterruptedException {
        return docker.call(
                "docker ps",
                client -> client.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(Map.of(Labels.INSTALL, install.value()))
                        .exec());
    }

    /** Every container of this installation's sessions, running or not. */
    public List<SessionContainer> list() throws CommandFailure, InterruptedException {
        List<SessionContainer> list = new ArrayList<>();
        for (Container container : ours()) {
            if (Labels.session(install, container.getLabels()).isPresent()) {
                // The list lacks exit codes and times.
                inspect(container.getId()).flatMap(this::describe).ifPresent(list::add);
            }
        }
        return list;
    }

    /** What the protocol tells of a container; empty when it is not a session of ours. */
    public Optional<SessionContainer> describe(InspectContainerResponse container) {
        return session(container).map(session -> {
            var state = container.getState();
            boolean running = Boolean.TRUE.equals(state.getRunning());
            Instant startedAt = time(state.getStartedAt());
            Integer exitCode =
                    running || startedAt == null && !"exited".equals(state.getStatus()) ? null : exitCode(state);
            return new SessionContainer(
                    session,
                    container.getId(),
                    running,
                    running ? address(container) : null,
                    port(container),
                    startedAt,
                    exitCode,
                    Boolean.TRUE.equals(state.getOOMKilled()));
        });
    }

    private Optional<SessionId> session(InspectContainerResponse container) {
        return Labels.session(install, labels(container));
    }

    /** The labels of a container. */
    public static Map<String, String> labels(InspectContainerResponse container) {
        Map<String, String> labels =
                container.getConfig() == null ? null : container.getConfig().getLabels();
        return labels == null ? Map.of() : labels;
    }

    /** Stops it; stopping what does not run is fine. */
    public void stop(SessionId session, Duration grace) throws CommandFailure, InterruptedException {
        Optional<InspectContainerResponse> container = find(session);
        if (container.isEmpty()) {
            return;
        }
        String id = container.get().getId();
        try {
            docker.call(
                    "docker stop",
                    grace.plus(Duration.ofSeconds(15)),
                    client -> client.stopContainerCmd(id)
                            .withTimeout(Math.toIntExact(grace.toSeconds()))
                            .exec());
        } catch (NotFoundException | NotModifiedException _) {
            // It has ended meanwhile.
        }
    }

    /** Removes it and what was written in it; the home is no part of it. Removing what is gone is fine. */
    public void remove(SessionId session) throws CommandFailure, InterruptedException {
        Optional<InspectContainerResponse> container = find(session);
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

    /** The last lines of its output. */
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

    /** Figures of a running session. */
    public Result.Stats stats(SessionId session) throws CommandFailure, InterruptedException {
        InspectContainerResponse container = require(session);
        if (!Boolean.TRUE.equals(container.getState().getRunning())) {
            throw new CommandFailure(
                    FailureCode.NOT_FOUND, "session " + session + " is not running, so it uses nothing");
        }
        FirstItem<Statistics> first = new FirstItem<>();
        docker.<Statistics>stream(
                "docker stats",
                LOG_LIMIT,
                client -> client.statsCmd(container.getId()).exec(first));
        return first.item()
                .map(SessionContainers::stats)
                .orElseThrow(() -> new CommandFailure(
                        FailureCode.NOT_FOUND, "session " + session + " ended while it was measured"));
    }

    private static Result.Stats stats(Statistics statistics) {
        var memory = statistics.getMemoryStats();
        long used = orZero(memory == null ? null : memory.getUsage());
        var detail = memory == null ? null : memory.getStats();
        if (detail != null) {
            // What the kernel may drop at any time is not in use; the two versions of control groups name it
            // differently.
            Long cache =
                    detail.getTotalInactiveFile() != null ? detail.getTotalInactiveFile() : detail.getInactiveFile();
            used = Math.max(0, used - orZero(cache));
        }
        var cpu = statistics.getCpuStats();
        var pids = statistics.getPidsStats();
        return new Result.Stats(
                used,
                orZero(memory == null ? null : memory.getLimit()),
                orZero(
                        cpu == null || cpu.getCpuUsage() == null
                                ? null
                                : cpu.getCpuUsage().getTotalUsage()),
                orZero(pids == null ? null : pids.getCurrent()));
    }

    private static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    private @Nullable String address(InspectContainerResponse container) {
        Map<String, ContainerNetwork> networks = container.getNetworkSettings().getNetworks();
        ContainerNetwork ours = networks.get("crl-" + install);
        String address = ours == null ? null : ours.getIpAddress();
        return address == null || address.isEmpty() ? null : address;
    }

    private static int port(InspectContainerResponse container) {
        try {
            return Integer.parseInt(labels(container).getOrDefault(Labels.PORT, ""));
        } catch (NumberFormatException _) {
            return 8888;
        }
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
