/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.WorkerContainer;
import dev.carrel.protocol.name.WorkerId;
import dev.carrel.protocol.worker.WorkerTransport;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The containers of workers and their way to us, by the manager. Every method blocks; thread-safe. */
final class Containers {
    private static final Logger LOG = LoggerFactory.getLogger(Containers.class);
    private static final Duration PULL = Duration.ofMinutes(20);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Opens the place where workers find us. */
    @FunctionalInterface
    interface Transports {
        /** A transport that will listen there; not started. */
        WorkerTransport at(String address, int port);
    }

    private final ContainerManager manager;
    private final Transports transports;
    private final ReentrantLock opening = new ReentrantLock();
    private final Set<String> images = ConcurrentHashMap.newKeySet();
    private Result.@Nullable WorkerNetwork network;
    private volatile @Nullable WorkerTransport transport;

    @Inject
    Containers(ContainerManager manager, Transports transports) {
        this.manager = manager;
        this.transports = transports;
    }

    /** The way to workers; null before the first of them. */
    @Nullable
    WorkerTransport transport() {
        return transport;
    }

    /**
     * Starts a container; returns when it runs.
     *
     * @param listener told what workers say, from the first one on
     */
    void start(Worker worker, String token, WorkerTransport.Listener listener)
            throws CommandFailure, InterruptedException {
        open(listener);
        String image = worker.cell.image();
        if (!images.contains(image)) {
            manager.call(new Command.EnsureImage(image), PULL, _ -> {});
            images.add(image);
        }
        try {
            Cell cell = worker.cell;
            manager.call(
                    new Command.StartWorker(worker.id, image, cell.limits(), token, cell.juliaBox()), LIMIT, _ -> {});
        } catch (CommandFailure failure) {
            // It may have been removed behind our back, or the network with a restart of the machine.
            images.remove(image);
            throw failure;
        }
    }

    private void open(WorkerTransport.Listener listener) throws CommandFailure, InterruptedException {
        opening.lockInterruptibly();
        try {
            // Asked each time: it costs little, and a network that was lost is there again.
            Result result = manager.call(new Command.OpenWorkerNetwork(), LIMIT, _ -> {});
            if (!(result instanceof Result.WorkerNetwork now)) {
                throw new CommandFailure(FailureCode.INTERNAL, "The network of workers could not be opened.");
            }
            if (now.equals(network) && transport != null) {
                return;
            }
            close();
            WorkerTransport fresh = transports.at(now.address(), now.port());
            try {
                fresh.start(listener);
            } catch (RuntimeException e) {
                fresh.close();
                throw new CommandFailure(
                        FailureCode.INTERNAL,
                        "Workers cannot be listened to at " + now.address() + ":" + now.port() + ": " + e.getMessage());
            }
            network = now;
            transport = fresh;
        } finally {
            opening.unlock();
        }
    }

    /** Removes a container; when that fails, whoever compares what there is with what there should be does it later. */
    void removeOrLater(WorkerId worker) {
        try {
            remove(worker);
        } catch (CommandFailure failure) {
            LOG.warn("the container of worker {} is removed later: {}", worker, failure.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes a container; one that is gone is fine. */
    void remove(WorkerId worker) throws CommandFailure, InterruptedException {
        manager.call(new Command.RemoveWorker(worker), LIMIT, _ -> {});
    }

    /** All containers of workers of this installation. */
    List<WorkerContainer> list() throws CommandFailure, InterruptedException {
        return manager.call(new Command.ListWorkers(), LIMIT, _ -> {}) instanceof Result.Workers workers
                ? workers.containers()
                : List.of();
    }

    /** Stops to listen. */
    void close() {
        WorkerTransport open = transport;
        transport = null;
        network = null;
        if (open != null) {
            open.close();
        }
    }
}
