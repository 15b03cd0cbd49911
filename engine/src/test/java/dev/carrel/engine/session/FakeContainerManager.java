/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.wire.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Containers in memory; what they serve is at {@link #port}. */
final class FakeContainerManager implements ContainerManager {
    final Map<SessionId, SessionContainer> containers = new LinkedHashMap<>();
    final List<Command> commands = new CopyOnWriteArrayList<>();
    volatile @Nullable CommandFailure failure;
    volatile boolean connected = true;
    volatile int port = 1;
    volatile List<String> lines = List.of();
    /** What every container has taken of processors. */
    volatile long cpuNanos = 3;

    private volatile CountDownLatch stops = new CountDownLatch(0);
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

    @Override
    public Result call(Command command, Duration timeout, Consumer<Message.Progress> progress)
            throws CommandFailure, InterruptedException {
        commands.add(command);
        if (!connected) {
            throw new CommandFailure(FailureCode.MANAGER_UNAVAILABLE, "the container-manager does not answer");
        }
        CommandFailure planned = failure;
        if (planned != null && command instanceof Command.StartSession) {
            throw planned;
        }
        if (command instanceof Command.StopSession) {
            stops.await();
        }
        synchronized (this) {
            return switch (command) {
                case Command.Ping _, Command.Subscribe _ -> new Result.Pong("boot", true, Instant.EPOCH);
                case Command.EnsureImage(String image) -> new Result.ImageReady(image, "sha256:1", false);
                case Command.StartSession start -> {
                    progress.accept(new Message.Progress(50, "Creating the container"));
                    yield new Result.Session(containers.computeIfAbsent(start.session(), this::running));
                }
                case Command.StopSession _ -> new Result.Done();
                case Command.RemoveSession(SessionId id) -> {
                    containers.remove(id);
                    yield new Result.Done();
                }
                case Command.InspectSession(SessionId id) -> new Result.Session(containers.get(id));
                case Command.ListSessions _, Command.Recover _ -> new Result.Sessions(List.copyOf(containers.values()));
                // Any free port: the tests that use it ask which.
                case Command.OpenSessionDesk _ -> new Result.SessionDesk("127.0.0.1", 0);
                case Command.SessionStats _ -> new Result.Stats(1, 2, cpuNanos, 4);
                case Command.TailLog _ -> new Result.LogLines(lines);
                case Command.OpenWorkerNetwork _,
                        Command.StartWorker _,
                        Command.RemoveWorker _,
                        Command.ListWorkers _,
                        Command.TailWorkerLog _ ->
                    throw new IllegalArgumentException(command + ": no test of sessions needs workers");
            };
        }
    }

    /** From now on containers do not stop until {@link #letStops}. */
    void holdStops() {
        stops = new CountDownLatch(1);
    }

    void letStops() {
        stops.countDown();
    }

    SessionContainer running(SessionId id) {
        return new SessionContainer(id, "container-of-" + id, true, "127.0.0.1", port, Instant.EPOCH, null, false);
    }

    SessionContainer ended(SessionId id, int exitCode, boolean oom) {
        return new SessionContainer(id, "container-of-" + id, false, null, port, Instant.EPOCH, exitCode, oom);
    }

    void tell(Event event) {
        listeners.forEach(l -> l.accept(event));
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void listen(Consumer<Event> listener) {
        listeners.add(listener);
    }
}
