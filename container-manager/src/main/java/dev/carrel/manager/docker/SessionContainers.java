/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Statistics;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.InstallId;
import dev.carrel.protocol.name.SessionId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The containers of this installation's sessions. */
public final class SessionContainers implements SessionList {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final DockerEngine docker;
    private final Containers containers;
    private final InstallId install;

    /** Asks nothing yet. */
    public SessionContainers(DockerEngine docker, Containers containers, InstallId install) {
        this.docker = docker;
        this.containers = containers;
        this.install = install;
    }

    /** The session's container as Docker describes it; fails when there is none of ours. */
    private InspectContainerResponse require(SessionId session) throws CommandFailure, InterruptedException {
        return containers.require(new Owner.Session(session));
    }

    @Override
    public Set<SessionId> sessions() throws CommandFailure, InterruptedException {
        Set<SessionId> sessions = new HashSet<>();
        for (Owner owner : containers.owners()) {
            if (owner instanceof Owner.Session session) {
                sessions.add(session.id());
            }
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

    /** Every container of this installation's sessions, running or not. */
    public List<SessionContainer> list() throws CommandFailure, InterruptedException {
        return containers.list(Owner.Session.class).stream()
                .flatMap(c -> describe(c).stream())
                .toList();
    }

    /** The container of one session. */
    public SessionContainer get(SessionId session) throws CommandFailure, InterruptedException {
        return describe(require(session))
                .orElseThrow(
                        () -> new CommandFailure(FailureCode.NOT_FOUND, "session " + session + " has no container"));
    }

    /** What the protocol tells of a container; empty when it is not a session of ours. */
    public Optional<SessionContainer> describe(InspectContainerResponse container) {
        if (!(containers.owner(container).orElse(null) instanceof Owner.Session session)) {
            return Optional.empty();
        }
        Containers.Life life = Containers.life(container);
        return Optional.of(new SessionContainer(
                session.id(),
                container.getId(),
                life.running(),
                life.running() ? address(container) : null,
                port(container),
                life.startedAt(),
                life.exitCode(),
                life.oomKilled()));
    }

    /** Stops it; stopping what does not run is fine. */
    public void stop(SessionId session, Duration grace) throws CommandFailure, InterruptedException {
        Optional<InspectContainerResponse> container = containers.find(new Owner.Session(session));
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
                LIMIT,
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
            return Integer.parseInt(Containers.labels(container).getOrDefault(Labels.PORT, ""));
        } catch (NumberFormatException _) {
            return 8888;
        }
    }
}
