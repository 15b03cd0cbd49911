/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.WorkerContainer;
import dev.carrel.protocol.name.WorkerId;
import dev.carrel.protocol.wire.Message;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import dev.carrel.protocol.worker.WorkerPeer;
import dev.carrel.protocol.worker.WorkerTransport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Containers and their workers in memory: what a machine does for a fleet. Workers do what {@link #work} says. */
final class FakeMachine implements ContainerManager, Containers.Transports, WorkerTransport {
    /** A worker's program. */
    interface Work {
        void said(FakeWorker worker, ToWorker message);
    }

    final Map<WorkerId, FakeWorker> workers = new ConcurrentHashMap<>();
    final Map<WorkerPeer, FakeWorker> peers = new ConcurrentHashMap<>();
    final List<Command> commands = new CopyOnWriteArrayList<>();
    final AtomicLong numbers = new AtomicLong();
    volatile Work work = FakeMachine::ordinary;
    volatile boolean silent;
    volatile @Nullable CommandFailure failure;
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(r -> {
        Thread made = new Thread(r, "fake-transport");
        made.setDaemon(true);
        return made;
    });
    private volatile @Nullable Listener listener;

    /** A container whose program speaks. */
    final class FakeWorker {
        final WorkerId id;
        final String token;
        final WorkerPeer peer = new WorkerPeer(numbers.incrementAndGet());
        final List<ToWorker> heard = new CopyOnWriteArrayList<>();
        volatile boolean running = true;

        FakeWorker(WorkerId id, String token) {
            this.id = id;
            this.token = token;
        }

        void say(FromWorker message) {
            FakeMachine.this.say(peer, message);
        }

        /** Ends as after a kill, and everybody is told. */
        void die(int exitCode, boolean oom, String... lastLines) {
            running = false;
            peers.remove(peer);
            Event event = new Event.WorkerEnded(id, "c", exitCode, oom, Instant.EPOCH, List.of(lastLines));
            listeners.forEach(l -> l.accept(event));
        }

        /** What it was told to be. */
        ToWorker.Init init() {
            return heard.stream()
                    .filter(ToWorker.Init.class::isInstance)
                    .map(ToWorker.Init.class::cast)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Loads at once, and answers every call with what it was given. */
    static void ordinary(FakeWorker worker, ToWorker message) {
        switch (message) {
            case ToWorker.Init init -> worker.say(new FromWorker.Ready(List.of("main", "add"), init.concurrency()));
            case ToWorker.Call call -> {
                byte[] echo = (call.arguments() + call.keywords()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                worker.say(new FromWorker.Answer(call.id(), 200, "application/json", Map.of(), false, echo));
            }
            case ToWorker.Drain _ -> worker.say(new FromWorker.Bye());
            default -> {}
        }
    }

    void say(WorkerPeer peer, FromWorker message) {
        try {
            thread.execute(() -> {
                Listener told = listener;
                if (told != null) {
                    told.received(peer, message);
                }
            });
        } catch (RejectedExecutionException _) {
            // The test is over.
        }
    }

    /** Until everything that was said has been heard, and what was said at that, too. */
    void settle() {
        for (int i = 0; i < 10; i++) {
            try {
                thread.submit(() -> {}).get(10, java.util.concurrent.TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    List<FakeWorker> living() {
        return workers.values().stream().filter(w -> w.running).toList();
    }

    <T extends Command> List<T> commands(Class<T> type) {
        return commands.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public Result call(Command command, Duration timeout, Consumer<Message.Progress> progress) throws CommandFailure {
        commands.add(command);
        CommandFailure planned = failure;
        if (planned != null && command instanceof Command.StartWorker) {
            throw planned;
        }
        return switch (command) {
            case Command.OpenWorkerNetwork _ -> new Result.WorkerNetwork("127.0.0.1", 8004);
            case Command.EnsureImage(String image) -> new Result.ImageReady(image, "sha256:1", false);
            case Command.StartWorker start -> {
                FakeWorker worker = new FakeWorker(start.worker(), start.token());
                workers.put(start.worker(), worker);
                peers.put(worker.peer, worker);
                if (!silent) {
                    worker.say(new FromWorker.Hello(1, start.token()));
                }
                yield new Result.Worker(container(worker));
            }
            case Command.RemoveWorker(WorkerId id) -> {
                FakeWorker gone = workers.remove(id);
                if (gone != null) {
                    gone.running = false;
                    peers.remove(gone.peer);
                }
                yield new Result.Done();
            }
            case Command.ListWorkers _ ->
                new Result.Workers(
                        workers.values().stream().map(FakeMachine::container).toList());
            default -> throw new CommandFailure(FailureCode.INTERNAL, "no test of calls needs " + command);
        };
    }

    private static WorkerContainer container(FakeWorker worker) {
        return new WorkerContainer(
                worker.id, "c", "default", worker.running, Instant.EPOCH, worker.running ? null : 1, false);
    }

    @Override
    public boolean connected() {
        return true;
    }

    @Override
    public void listen(Consumer<Event> told) {
        listeners.add(told);
    }

    @Override
    public WorkerTransport at(String address, int port) {
        return this;
    }

    @Override
    public void start(Listener told) {
        listener = told;
    }

    @Override
    public boolean send(WorkerPeer peer, ToWorker message) {
        FakeWorker worker = peers.get(peer);
        if (worker == null) {
            return false;
        }
        worker.heard.add(message);
        work.said(worker, message);
        return true;
    }

    @Override
    public void drop(WorkerPeer peer) {
        peers.remove(peer);
    }

    @Override
    public void close() {
        listener = null;
    }

    /** The end of the test. */
    void end() {
        thread.shutdownNow();
    }

    /** All that any living worker was given. */
    List<ToWorker.Call> given() {
        List<ToWorker.Call> calls = new ArrayList<>();
        workers.values()
                .forEach(w -> w.heard.stream()
                        .filter(ToWorker.Call.class::isInstance)
                        .map(ToWorker.Call.class::cast)
                        .forEach(calls::add));
        return calls;
    }
}
