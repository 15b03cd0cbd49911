/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.WorkerContainer;
import java.util.List;
import java.util.Optional;

/** The containers of this installation's workers of functions. */
public final class WorkerContainers {
    private final Containers containers;

    /** Asks nothing yet. */
    public WorkerContainers(Containers containers) {
        this.containers = containers;
    }

    /** Every one of them, running or not. */
    public List<WorkerContainer> list() throws CommandFailure, InterruptedException {
        return containers.list(Owner.Worker.class).stream()
                .flatMap(c -> describe(c).stream())
                .toList();
    }

    /** What the protocol tells of a container; empty when it is not a worker of ours. */
    public Optional<WorkerContainer> describe(InspectContainerResponse container) {
        if (!(containers.owner(container).orElse(null) instanceof Owner.Worker worker)) {
            return Optional.empty();
        }
        Containers.Life life = Containers.life(container);
        return Optional.of(new WorkerContainer(
                worker.id(),
                container.getId(),
                Containers.labels(container).getOrDefault(Labels.IMAGE, ""),
                life.running(),
                life.startedAt(),
                life.exitCode(),
                life.oomKilled()));
    }
}
