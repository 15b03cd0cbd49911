/* Copyright the Carrel authors. */
package dev.carrel.manager;

import dev.carrel.manager.docker.ContainerWatch;
import dev.carrel.manager.docker.Containers;
import dev.carrel.manager.docker.DockerEngine;
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.docker.Owner;
import dev.carrel.manager.docker.SessionContainers;
import dev.carrel.manager.network.Door;
import dev.carrel.manager.network.Networks;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.manager.policy.Policy;
import dev.carrel.manager.session.SessionStarter;
import dev.carrel.protocol.channel.CommandHandler;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each command does. The switch has no default: a new command does not compile until it is handled here. */
final class Commands implements CommandHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    private final DockerEngine docker;
    private final Containers containers;
    private final SessionContainers sessions;
    private final Images images;
    private final SessionStarter starter;
    private final Networks networks;
    private final WorkerCommands workers;
    private final ContainerWatch watch;
    private final Duration longestGrace;
    private final MeterRegistry metrics;
    private final String bootId = UUID.randomUUID().toString();
    private final Instant startedAt;

    @Inject
    Commands(
            DockerEngine docker,
            Containers containers,
            SessionContainers sessions,
            Images images,
            SessionStarter starter,
            Networks networks,
            WorkerCommands workers,
            ContainerWatch watch,
            Policy policy,
            MeterRegistry metrics,
            Clock clock) {
        this.docker = docker;
        this.containers = containers;
        this.sessions = sessions;
        this.images = images;
        this.starter = starter;
        this.networks = networks;
        this.workers = workers;
        this.watch = watch;
        this.metrics = metrics;
        longestGrace = policy.limits().stopGrace();
        startedAt = clock.instant();
    }

    @Override
    public Result handle(Command command, Context context) throws CommandFailure, InterruptedException {
        Timer.Sample sample = Timer.start(metrics);
        String outcome = "internal";
        try {
            Result result = carryOut(command, context);
            outcome = "ok";
            return result;
        } catch (CommandFailure e) {
            outcome = e.code().name().toLowerCase(Locale.ROOT);
            LOG.info("{} failed: {}: {}", command, e.code(), e.getMessage());
            throw e;
        } finally {
            sample.stop(Timer.builder("carrel.manager.command")
                    .description("Commands carried out, by type and outcome")
                    .tag("type", command.getClass().getSimpleName())
                    .tag("outcome", outcome)
                    .register(metrics));
        }
    }

    private Result carryOut(Command command, Context context) throws CommandFailure, InterruptedException {
        return switch (command) {
            case Command.Ping _ -> pong();
            case Command.Subscribe _ -> pong();
            case Command.EnsureImage ensure -> ensure(ensure, context);
            case Command.StartSession start -> {
                Result.Session started = new Result.Session(starter.start(start, context::progress));
                LOG.info(
                        "session {} of {} runs in {}",
                        start.session(),
                        start.user(),
                        started.container().containerId());
                yield started;
            }
            case Command.StopSession stop -> stop(stop);
            case Command.RemoveSession remove -> {
                containers.remove(new Owner.Session(remove.session()));
                yield new Result.Done();
            }
            case Command.InspectSession inspect -> new Result.Session(sessions.get(inspect.session()));
            case Command.ListSessions _ -> new Result.Sessions(sessions.list());
            case Command.SessionStats stats -> sessions.stats(stats.session());
            case Command.TailLog tail ->
                new Result.LogLines(containers.tailOf(new Owner.Session(tail.session()), tail.lines()));
            case Command.OpenSessionDesk _ -> desk();
            case Command.OfWorkers ofWorkers -> workers.carryOut(ofWorkers, context);
            case Command.Recover _ -> {
                networks.sessions().ensure();
                networks.workers().tend();
                yield new Result.Sessions(watch.compare());
            }
        };
    }

    private Result desk() throws CommandFailure, InterruptedException {
        networks.sessions().ensure();
        Door door = networks.sessions()
                .current()
                .door()
                .orElseThrow(() -> new IllegalStateException("the network of sessions has no door"));
        return new Result.SessionDesk(door.address(), door.port());
    }

    private Result pong() throws InterruptedException {
        return new Result.Pong(bootId, docker.answers(), startedAt);
    }

    private Result ensure(Command.EnsureImage ensure, Context context) throws CommandFailure, InterruptedException {
        AllowedImage image = images.allowed(ensure.image());
        Images.Found found = images.find(image, context::progress);
        return new Result.ImageReady(image.name(), found.id(), found.pulled());
    }

    private Result stop(Command.StopSession stop) throws CommandFailure, InterruptedException {
        if (stop.grace().isNegative()) {
            throw new CommandFailure(FailureCode.REJECTED, "grace: " + stop.grace() + " (expected: not negative)");
        }
        sessions.stop(stop.session(), stop.grace().compareTo(longestGrace) > 0 ? longestGrace : stop.grace());
        return new Result.Done();
    }
}
