/* Copyright the Carrel authors. */
package dev.carrel.manager;

import dev.carrel.manager.docker.Containers;
import dev.carrel.manager.docker.Owner;
import dev.carrel.manager.docker.WorkerContainers;
import dev.carrel.manager.network.Door;
import dev.carrel.manager.worker.WorkerStarter;
import dev.carrel.protocol.channel.CommandHandler.Context;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.WorkerContainer;
import jakarta.inject.Inject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each command about workers of functions does. */
final class WorkerCommands {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerCommands.class);

    private final WorkerStarter starter;
    private final WorkerContainers workers;
    private final Containers containers;

    @Inject
    WorkerCommands(WorkerStarter starter, WorkerContainers workers, Containers containers) {
        this.starter = starter;
        this.workers = workers;
        this.containers = containers;
    }

    Result carryOut(Command.OfWorkers command, Context context) throws CommandFailure, InterruptedException {
        return switch (command) {
            case Command.OpenWorkerNetwork _ -> {
                Door door = starter.open();
                yield new Result.WorkerNetwork(door.address(), door.port());
            }
            case Command.StartWorker start -> {
                WorkerContainer started = starter.start(start, context::progress);
                LOG.info("worker {} runs in {}", start.worker(), started.containerId());
                yield new Result.Worker(started);
            }
            case Command.RemoveWorker remove -> {
                containers.remove(new Owner.Worker(remove.worker()));
                yield new Result.Done();
            }
            case Command.ListWorkers _ -> new Result.Workers(workers.list());
            case Command.TailWorkerLog tail ->
                new Result.LogLines(containers.tailOf(new Owner.Worker(tail.worker()), tail.lines()));
        };
    }
}
