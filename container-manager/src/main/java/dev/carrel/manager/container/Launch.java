/* Copyright the Carrel authors. */
package dev.carrel.manager.container;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import dev.carrel.manager.docker.Containers;
import dev.carrel.manager.docker.DockerEngine;
import dev.carrel.manager.docker.HostFacts;
import dev.carrel.manager.docker.Labels;
import dev.carrel.manager.docker.Owner;
import dev.carrel.manager.network.HostNetwork;
import dev.carrel.manager.policy.LimitPolicy;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.name.InstallId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a container and starts it, or adopts the one its owner already has.
 *
 * <p>An owner stands for one start. Its container's name follows from it, so Docker itself keeps two starts from making two containers; whoever finds the
 * name taken adopts: a running container is the answer, one that was created but not started (the manager was killed in between) is started, one that has
 * ended is an error and stays as it is, for its log. What a start made is removed when it cannot finish.
 */
public final class Launch {
    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);

    private final DockerEngine docker;
    private final Containers containers;
    private final InstallId install;
    private final ContainerSpec spec;
    private final List<ReentrantLock> locks =
            IntStream.range(0, 64).mapToObj(_ -> new ReentrantLock()).toList();
    private volatile @Nullable HostFacts facts;

    /** Starts nothing yet. */
    public Launch(DockerEngine docker, Containers containers, InstallId install, LimitPolicy limits) {
        this.docker = docker;
        this.containers = containers;
        this.install = install;
        spec = new ContainerSpec(install, limits);
    }

    /** A start, or a part of one. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it. */
        T run() throws CommandFailure, InterruptedException;
    }

    /** Does it while no other start of the same owner is under way. */
    public <T> T alone(Owner owner, Work<T> work) throws CommandFailure, InterruptedException {
        ReentrantLock lock = locks.get(Math.floorMod(owner.hashCode(), locks.size()));
        lock.lockInterruptibly();
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    /** Asks the Docker engine again what the machine can do; after it came back it may be another version. */
    public HostFacts refresh() throws CommandFailure, InterruptedException {
        HostFacts fresh = HostFacts.read(docker);
        facts = fresh;
        return fresh;
    }

    /** What the machine can do; fails when nothing may run on it. */
    public HostFacts host() throws CommandFailure, InterruptedException {
        HostFacts known = facts;
        HostFacts host = known == null ? refresh() : known;
        if (host.fault().isPresent()) {
            throw new CommandFailure(FailureCode.DOCKER_FAILED, host.fault().get());
        }
        return host;
    }

    /**
     * Begins to check a network; {@link #run} awaits the end of it. So the check goes on beside everything that is done before the start.
     *
     * @return gives the network's id
     */
    public FutureTask<String> guard(HostNetwork network, Owner owner) {
        FutureTask<String> guard = new FutureTask<>(network::ensure);
        Thread.ofVirtual().name("guard-" + owner.value()).start(guard);
        return guard;
    }

    /** Goes the way of a creation with an image that cannot exist, which Docker refuses before it makes anything; classes are loaded then. */
    public void rehearse(Shape shape) throws CommandFailure, InterruptedException {
        HostFacts host = host();
        try {
            docker.call(
                    "warm up",
                    client -> spec.fill(client.createContainerCmd(shape.found().id()), shape, host)
                            .exec());
        } catch (NotFoundException e) {
            LOG.debug("warm: {}", e.getMessage());
        }
    }

    /**
     * Returns the container when it runs, or has already ended again.
     *
     * @param agreed labels whose values must be the same for a container to be adopted
     * @param beforeStart run when it is made and about to be started
     */
    public InspectContainerResponse run(
            Shape shape, FutureTask<String> guard, Map<String, String> agreed, Runnable beforeStart)
            throws CommandFailure, InterruptedException {
        HostFacts host = host();
        Made made = create(shape, host, agreed);
        boolean done = false;
        try {
            // The check ran beside the creation; nothing runs before it has said yes.
            String guarded = await(guard);
            if (!guarded.equals(shape.networkId()) && made.startable()) {
                throw new CommandFailure(
                        FailureCode.DOCKER_FAILED, "the network was made anew meanwhile (expected: try again)");
            }
            beforeStart.run();
            if (made.startable()) {
                start(made.id());
            }
            InspectContainerResponse container = containers
                    .inspect(made.id())
                    .orElseThrow(() -> new CommandFailure(
                            FailureCode.NOT_FOUND, "container " + made.id() + " was removed while it was started"));
            done = true;
            return container;
        } finally {
            if (!done && made.startable()) {
                discard(made.id(), shape.owner());
            }
        }
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

    /** A container and whether it is still to be started; what is not is somebody's running container and must not be removed. */
    private record Made(String id, boolean startable) {}

    private Made create(Shape shape, HostFacts host, Map<String, String> agreed)
            throws CommandFailure, InterruptedException {
        try {
            String id = docker.call(
                    "docker create",
                    client -> spec.fill(client.createContainerCmd(shape.found().id()), shape, host)
                            .exec()
                            .getId());
            return new Made(id, true);
        } catch (NotFoundException e) {
            throw new CommandFailure(
                    FailureCode.IMAGE_MISSING,
                    "image " + shape.image().reference() + " was removed meanwhile: " + e.getMessage());
        } catch (ConflictException _) {
            return adopt(shape.owner(), agreed);
        }
    }

    private Made adopt(Owner owner, Map<String, String> agreed) throws CommandFailure, InterruptedException {
        Optional<InspectContainerResponse> found = containers.find(owner);
        if (found.isEmpty()) {
            throw new CommandFailure(
                    FailureCode.DOCKER_FAILED,
                    "container " + owner.containerName(install)
                            + " exists and is not ours (expected: no such container; docker rm it, or try again if it was just removed)");
        }
        Map<String, String> labels = Containers.labels(found.get());
        for (Map.Entry<String, String> label : agreed.entrySet()) {
            if (!label.getValue().equals(labels.get(label.getKey()))) {
                throw new CommandFailure(
                        FailureCode.REJECTED,
                        owner + " was started before with another " + Labels.meaning(label.getKey())
                                + " (expected: a new " + owner.kind() + " id)");
            }
        }
        Containers.Life life = Containers.life(found.get());
        if (life.ended()) {
            throw new CommandFailure(
                    FailureCode.REJECTED,
                    owner + " has ended with exit code " + life.exitCode() + " (expected: a new " + owner.kind()
                            + " id for a new start)");
        }
        LOG.info("{} has its container already, {}", owner, life.running() ? "running" : "not started yet");
        return new Made(found.get().getId(), !life.running());
    }

    private void start(String id) throws CommandFailure, InterruptedException {
        try {
            docker.call("docker start", client -> client.startContainerCmd(id).exec());
        } catch (NotModifiedException _) {
            LOG.debug("{} runs already", id);
        } catch (NotFoundException e) {
            throw new CommandFailure(FailureCode.DOCKER_FAILED, "docker start: " + e.getMessage());
        }
    }

    private void discard(String id, Owner owner) {
        boolean interrupted = Thread.interrupted();
        try {
            containers.removeById(id);
        } catch (CommandFailure e) {
            LOG.warn("the half-made container of {} stays until it is removed: {}", owner, e.getMessage());
        } catch (InterruptedException _) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
