/* Copyright the Carrel authors. */
package dev.carrel.manager.session;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import dev.carrel.manager.docker.DockerEngine;
import dev.carrel.manager.docker.HostFacts;
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.docker.Labels;
import dev.carrel.manager.docker.SessionContainers;
import dev.carrel.manager.network.AddressBook;
import dev.carrel.manager.network.HostNetwork;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.manager.policy.Policy;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.InstallId;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the container of a session, or adopts the one it already has.
 *
 * <p>A session id stands for one start. Its container's name follows from it, so Docker itself keeps two starts from making two containers; whoever finds
 * the name taken adopts: a running container is the answer, one that was created but not started (the manager was killed in between) is started,
 * one that has ended is an error and stays as it is, for its log. What this start made is removed when it cannot finish.
 */
public final class SessionStarter {
    private static final Logger LOG = LoggerFactory.getLogger(SessionStarter.class);

    private final DockerEngine docker;
    private final SessionContainers containers;
    private final Images images;
    private final HostNetwork network;
    private final AddressBook addresses;
    private final Policy policy;
    private final Homes homes;
    private final InstallId install;
    private final ContainerSpec spec;
    private final List<ReentrantLock> locks =
            IntStream.range(0, 64).mapToObj(_ -> new ReentrantLock()).toList();
    private volatile @Nullable HostFacts facts;

    /** Starts nothing yet. */
    public SessionStarter(
            DockerEngine docker,
            SessionContainers containers,
            Images images,
            HostNetwork network,
            AddressBook addresses,
            Policy policy,
            Homes homes,
            InstallId install) {
        this.docker = docker;
        this.containers = containers;
        this.images = images;
        this.network = network;
        this.addresses = addresses;
        this.policy = policy;
        this.homes = homes;
        this.install = install;
        spec = new ContainerSpec(install, policy.limits());
    }

    /** Asks the Docker engine again what the machine can do; after it came back it may be another version. */
    public HostFacts refresh() throws CommandFailure, InterruptedException {
        HostFacts fresh = HostFacts.read(docker);
        facts = fresh;
        return fresh;
    }

    /**
     * Goes the way of a start once with an image that cannot exist, which Docker refuses before it makes anything: the first person of the day
     * would otherwise wait a third of a second longer, while classes are loaded.
     */
    public void warmUp() throws CommandFailure, InterruptedException {
        AllowedImage image = policy.images().allow().isEmpty()
                ? null
                : policy.images().allow().getFirst();
        if (image == null) {
            return;
        }
        Command.StartSession command = new Command.StartSession(
                SessionId.random(),
                UserName.of("nobody"),
                image.name(),
                Limits.POLICY,
                VolumeId.random(),
                "/user/nobody/",
                "");
        Images.Found nothing = new Images.Found("sha256:" + "0".repeat(64), List.of(), List.of(), List.of(), false);
        Grant grant = Grant.of(Limits.POLICY, policy.ceiling(image));
        SessionPlan plan =
                new SessionPlan(command, image, nothing, grant, Path.of("/nonexistent"), network.name(), null);
        HostFacts host = host();
        try {
            docker.call(
                    "warm up",
                    client -> spec.fill(client.createContainerCmd(nothing.id()), plan, host)
                            .exec());
        } catch (NotFoundException e) {
            LOG.debug("warm: {}", e.getMessage());
        }
    }

    /**
     * Returns when the container runs (or has already ended again).
     *
     * @param progress told of the steps, 0 to 100
     */
    public SessionContainer start(Command.StartSession command, BiConsumer<Integer, String> progress)
            throws CommandFailure, InterruptedException {
        AllowedImage image = images.allowed(command.image());
        Grant grant = Grant.of(command.limits(), policy.ceiling(image));
        check(command);
        ReentrantLock lock = locks.get(Math.floorMod(command.session().hashCode(), locks.size()));
        lock.lockInterruptibly();
        try {
            return start(command, image, grant, progress);
        } finally {
            lock.unlock();
        }
    }

    private static void check(Command.StartSession command) throws CommandFailure {
        if (!command.basePath().matches("(/[A-Za-z0-9._~@%-]+)+/")
                || command.basePath().length() > 2048) {
            throw new CommandFailure(
                    FailureCode.REJECTED,
                    "base path: " + Printable.quote(command.basePath()) + " (expected: /user/name/, percent-encoded)");
        }
        if (!command.token().matches("[A-Za-z0-9_-]{22,128}")) {
            // Not the token itself: messages are logged.
            throw new CommandFailure(
                    FailureCode.REJECTED,
                    "token: " + command.token().length() + " characters (expected: 22 to 128 of A-Z a-z 0-9 _ -)");
        }
    }

    private SessionContainer start(
            Command.StartSession command, AllowedImage image, Grant grant, BiConsumer<Integer, String> progress)
            throws CommandFailure, InterruptedException {
        progress.accept(5, "Preparing your home");
        FutureTask<String> guard = new FutureTask<>(network::ensure);
        Thread.ofVirtual().name("guard-" + command.session()).start(guard);
        HostFacts host = host();
        Images.Found found = images.find(image, (percent, text) -> progress.accept(10 + percent / 2, text));
        ContainerSpec.check(image, found);
        Path home = homes.prepare(command.home(), image);
        progress.accept(65, "Creating the container");
        HostNetwork.Current current = network.current();
        String address = current.subnet() == null ? null : addresses.give(command.session(), current.subnet());
        SessionPlan plan = new SessionPlan(command, image, found, grant, home, current.id(), address);
        Made made = create(plan, host);
        boolean done = false;
        try {
            // The check ran beside the creation; nothing runs before it has said yes.
            String guarded = await(guard);
            if (!guarded.equals(plan.networkId()) && made.startable()) {
                throw new CommandFailure(
                        FailureCode.DOCKER_FAILED, "the network was made anew meanwhile (expected: try again)");
            }
            progress.accept(85, "Starting it");
            if (made.startable()) {
                startContainer(made.id());
            }
            SessionContainer container = describe(made.id());
            done = true;
            return container;
        } finally {
            if (!done && made.startable()) {
                discard(made.id(), command.session());
            }
        }
    }

    private HostFacts host() throws CommandFailure, InterruptedException {
        HostFacts known = facts;
        HostFacts host = known == null ? refresh() : known;
        if (host.fault().isPresent()) {
            throw new CommandFailure(FailureCode.DOCKER_FAILED, host.fault().get());
        }
        return host;
    }

    private static String await(FutureTask<String> guard) throws CommandFailure, InterruptedException {
        try {
            return guard.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CommandFailure failure) {
                throw failure;
            }
            throw new IllegalStateException("checking the network", e.getCause());
        }
    }

    /** A container and whether it is still to be started; what is not is somebody's running session and must not be removed. */
    private record Made(String id, boolean startable) {}

    private Made create(SessionPlan plan, HostFacts host) throws CommandFailure, InterruptedException {
        try {
            return new Made(
                    docker.call(
                            "docker create",
                            client -> spec.fill(
                                            client.createContainerCmd(
                                                    plan.found().id()),
                                            plan,
                                            host)
                                    .exec()
                                    .getId()),
                    true);
        } catch (NotFoundException e) {
            throw new CommandFailure(
                    FailureCode.IMAGE_MISSING,
                    "image " + plan.image().reference() + " was removed meanwhile: " + e.getMessage());
        } catch (ConflictException _) {
            return adopt(plan);
        }
    }

    private Made adopt(SessionPlan plan) throws CommandFailure, InterruptedException {
        SessionId session = plan.command().session();
        Optional<InspectContainerResponse> found = containers.find(session);
        if (found.isEmpty()) {
            throw new CommandFailure(
                    FailureCode.DOCKER_FAILED,
                    "container " + Labels.containerName(install, session)
                            + " exists and is not ours (expected: no such container; docker rm it, or try again if it was just removed)");
        }
        Map<String, String> labels = SessionContainers.labels(found.get());
        if (!plan.image().name().equals(labels.get(Labels.IMAGE))
                || !plan.command().home().value().equals(labels.get(Labels.HOME))) {
            throw new CommandFailure(
                    FailureCode.REJECTED,
                    "session " + session
                            + " was started before with another image or home (expected: a new session id)");
        }
        SessionContainer container = describe(found.get().getId());
        if (!container.running() && container.startedAt() != null) {
            throw new CommandFailure(
                    FailureCode.REJECTED,
                    "session " + session + " has ended with exit code " + container.exitCode()
                            + " (expected: a new session id for a new start)");
        }
        LOG.info(
                "session {} has its container already, {}",
                session,
                container.running() ? "running" : "not started yet");
        return new Made(container.containerId(), !container.running());
    }

    private void startContainer(String id) throws CommandFailure, InterruptedException {
        try {
            docker.call("docker start", client -> client.startContainerCmd(id).exec());
        } catch (NotModifiedException _) {
            LOG.debug("{} runs already", id);
        } catch (NotFoundException e) {
            throw new CommandFailure(FailureCode.DOCKER_FAILED, "docker start: " + e.getMessage());
        }
    }

    private SessionContainer describe(String id) throws CommandFailure, InterruptedException {
        try {
            InspectContainerResponse container = docker.call(
                    "docker inspect", client -> client.inspectContainerCmd(id).exec());
            return containers
                    .describe(container)
                    .orElseThrow(() ->
                            new CommandFailure(FailureCode.DOCKER_FAILED, "container " + id + " lost our labels"));
        } catch (NotFoundException _) {
            throw new CommandFailure(FailureCode.NOT_FOUND, "container " + id + " was removed while it was started");
        }
    }

    private void discard(String id, SessionId session) {
        boolean interrupted = Thread.interrupted();
        try {
            containers.removeById(id);
        } catch (CommandFailure e) {
            LOG.warn("the half-made container of session {} stays until it is removed: {}", session, e.getMessage());
        } catch (InterruptedException _) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
