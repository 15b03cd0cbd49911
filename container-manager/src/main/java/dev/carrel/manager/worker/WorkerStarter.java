/* Copyright the Carrel authors. */
package dev.carrel.manager.worker;

import dev.carrel.manager.container.Grant;
import dev.carrel.manager.container.Launch;
import dev.carrel.manager.container.Shape;
import dev.carrel.manager.container.Token;
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.docker.Labels;
import dev.carrel.manager.docker.Owner;
import dev.carrel.manager.docker.WorkerContainers;
import dev.carrel.manager.network.Door;
import dev.carrel.manager.network.HostNetwork;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.manager.policy.Policy;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.WorkerContainer;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.function.BiConsumer;

/** Starts the container of a worker of functions, or adopts the one it already has; see {@link Launch}. */
public final class WorkerStarter {
    private final Launch launch;
    private final WorkerContainers containers;
    private final Images images;
    private final HostNetwork network;
    private final Policy policy;

    /** Starts nothing yet. */
    public WorkerStarter(
            Launch launch, WorkerContainers containers, Images images, HostNetwork network, Policy policy) {
        this.launch = launch;
        this.containers = containers;
        this.images = images;
        this.network = network;
        this.policy = policy;
    }

    /**
     * Makes sure that network and firewall are there.
     *
     * @return where the broker must listen
     */
    public Door open() throws CommandFailure, InterruptedException {
        network.ensure();
        return door(network.current());
    }

    private static Door door(HostNetwork.Current current) {
        return current.door()
                .orElseThrow(() -> new IllegalStateException("workers are started in a network without a door"));
    }

    /**
     * Returns when the container runs (or has already ended again).
     *
     * @param progress told of the steps, 0 to 100
     */
    public WorkerContainer start(Command.StartWorker command, BiConsumer<Integer, String> progress)
            throws CommandFailure, InterruptedException {
        AllowedImage image = images.allowed(command.image());
        WorkerSpec.check(command, image, policy.file());
        Grant grant = Grant.of(command.limits(), policy.usualOfWorkers(image), policy.ceiling(image));
        Token.check(command.token());
        return launch.alone(new Owner.Worker(command.worker()), () -> start(command, image, grant, progress));
    }

    private WorkerContainer start(
            Command.StartWorker command, AllowedImage image, Grant grant, BiConsumer<Integer, String> progress)
            throws CommandFailure, InterruptedException {
        FutureTask<String> guard = launch.guard(network, new Owner.Worker(command.worker()));
        launch.host();
        Images.Found found = images.find(image, progress);
        WorkerSpec.check(image, found);
        HostNetwork.Current current = network.current();
        Shape shape = WorkerSpec.shape(command, image, found, grant, current.id(), door(current));
        var container = launch.run(shape, guard, Map.of(Labels.IMAGE, image.name()), () -> {});
        return containers
                .describe(container)
                .orElseThrow(() -> new CommandFailure(
                        FailureCode.DOCKER_FAILED, "container " + container.getId() + " lost our labels"));
    }
}
