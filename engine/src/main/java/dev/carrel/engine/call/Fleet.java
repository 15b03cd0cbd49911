/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.WorkerContainer;
import dev.carrel.protocol.name.WorkerId;
import dev.carrel.protocol.worker.FromWorker;
import dev.carrel.protocol.worker.ToWorker;
import dev.carrel.protocol.worker.WorkerPeer;
import dev.carrel.protocol.worker.WorkerTransport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of this machine, from the start of their containers to their removal: who they are (a token that is good for one hello), what they are told to be,
 * and whether they are alive. How many there should be is not its business. Thread-safe.
 */
final class Fleet implements Crew, WorkerTransport.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);
    private static final int PROTOCOL = 1;
    private static final long HELLO = Duration.ofSeconds(60).toNanos();
    private static final long SILENCE = Duration.ofSeconds(15).toNanos();
    private static final long DRAIN = Duration.ofSeconds(5).toNanos();
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    private final Containers containers;
    private final Functions functions;
    private final CallSettings settings;
    private final Journals journals;
    private final CallMeters meters;
    private final LongSupplier nanos;
    private final Executor threads;
    private final Tokens tokens = new Tokens();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<WorkerId, Worker> workers = new ConcurrentHashMap<>();
    private final Map<WorkerPeer, Worker> peers = new ConcurrentHashMap<>();
    private final Holds holds = new Holds();
    private volatile Runnable wake = () -> {};

    Fleet(
            Containers containers,
            Functions functions,
            CallSettings settings,
            Journals journals,
            CallMeters meters,
            LongSupplier nanos,
            Executor threads) {
        this.containers = containers;
        this.functions = functions;
        this.settings = settings;
        this.journals = journals;
        this.meters = meters;
        this.nanos = nanos;
        this.threads = threads;
    }

    /** Whom to tell that a worker is wanted. */
    void onWanted(Runnable told) {
        wake = told;
    }

    @Override
    public void wanted() {
        wake.run();
    }

    /** All workers that are not removed. */
    List<Worker> all() {
        return List.copyOf(workers.values());
    }

    int size() {
        return workers.size();
    }

    /**
     * Has a worker come up for a dispatcher: a blank cell when there is one, else a new container.
     *
     * @return whether one will
     */
    boolean employ(Dispatcher dispatcher) {
        Cell cell = Cell.of(dispatcher.version());
        Worker blank = takeBlank(cell, dispatcher);
        if (blank != null) {
            if (blank.peer != null) {
                initialise(blank, dispatcher);
            }
            return true;
        }
        return mayStart(cell) && start(cell, dispatcher);
    }

    private @Nullable Worker takeBlank(Cell cell, Dispatcher dispatcher) {
        lock.lock();
        try {
            Worker best = null;
            for (Worker worker : workers.values()) {
                boolean fits = worker.blank && worker.cell.equals(cell);
                if (fits && (best == null || best.peer == null && worker.peer != null)) {
                    best = worker;
                }
            }
            if (best != null) {
                best.blank = false;
                best.waited = true;
                assign(best, dispatcher);
            }
            return best;
        } finally {
            lock.unlock();
        }
    }

    private void assign(Worker worker, Dispatcher dispatcher) {
        worker.wanted = nanos.getAsLong();
        worker.dispatcher = dispatcher;
        dispatcher.coming(worker);
    }

    /** Whether the bound of this machine and its state let another cell of this kind be started now. */
    boolean mayStart(Cell cell) {
        return workers.size() < settings.maxWorkers() && !holds.held(cell, nanos.getAsLong());
    }

    /** How many workers more the bound of this machine would let be started, or blank cells become; none while it could not start the last one. */
    int room() {
        int free = settings.maxWorkers() - workers.size() + blanks(_ -> true);
        return holds.any(nanos.getAsLong()) ? 0 : Math.max(0, free);
    }

    /** How many blank cells of a kind there are. */
    int blanks(Cell cell) {
        return blanks(cell::equals);
    }

    private int blanks(Predicate<Cell> which) {
        lock.lock();
        try {
            return (int) workers.values().stream()
                    .filter(w -> w.blank && which.test(w.cell))
                    .count();
        } finally {
            lock.unlock();
        }
    }

    /** Starts a cell that waits for whatever is called next. */
    void startBlank(Cell cell) {
        if (mayStart(cell)) {
            start(cell, null);
        }
    }

    /** Ends blank cells that a test picks, at most so many, and tells how many. */
    int endBlanks(Predicate<Cell> which, int most) {
        List<Worker> ended;
        lock.lock();
        try {
            ended = workers.values().stream()
                    .filter(w -> w.blank && which.test(w.cell))
                    .limit(most)
                    .toList();
        } finally {
            lock.unlock();
        }
        ended.forEach(w -> remove(w, Ending.ours("The cell was not needed.")));
        return ended.size();
    }

    private boolean start(Cell cell, @Nullable Dispatcher dispatcher) {
        Worker worker = new Worker(cell, nanos.getAsLong());
        String token;
        lock.lock();
        try {
            if (workers.size() >= settings.maxWorkers()) {
                return false;
            }
            worker.blank = dispatcher == null;
            // Known before its container is, or that would be taken for a stranger's.
            workers.put(worker.id, worker);
            token = tokens.issue(worker);
            if (dispatcher != null) {
                assign(worker, dispatcher);
            }
        } finally {
            lock.unlock();
        }
        threads.execute(() -> startContainer(worker, token));
        return true;
    }

    private void startContainer(Worker worker, String token) {
        try {
            containers.start(worker, token, this);
            worker.running = true;
            if (!workers.containsKey(worker.id)) {
                // Ended meanwhile, perhaps before there was a container to remove.
                containers.remove(worker.id);
            }
        } catch (CommandFailure failure) {
            holds.failed(worker.cell, nanos.getAsLong());
            LOG.warn("{} could not be started: {} {}", worker, failure.code(), failure.getMessage());
            boolean hopeless = switch (failure.code()) {
                case IMAGE_NOT_ALLOWED, IMAGE_MISSING, LIMIT_EXCEEDED, REJECTED -> true;
                default -> false;
            };
            remove(
                    worker,
                    new Ending(
                            hopeless ? Ending.Cause.UNFIT : Ending.Cause.MACHINE,
                            "No worker can be started: " + failure.getMessage(),
                            ""));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            remove(worker, Ending.ours("The engine ends."));
        }
    }

    @Override
    public void received(WorkerPeer peer, FromWorker message) {
        try {
            Worker worker = peers.get(peer);
            if (message instanceof FromWorker.Hello hello) {
                hello(peer, hello);
            } else if (worker == null) {
                refuse(peer, "say hello first");
            } else {
                worker.heard = nanos.getAsLong();
                from(worker, message);
            }
        } catch (RuntimeException e) {
            LOG.error("{}: {} was not understood", peer, message, e);
        }
    }

    private void hello(WorkerPeer peer, FromWorker.Hello hello) {
        if (hello.protocol() != PROTOCOL) {
            refuse(peer, "protocol: " + hello.protocol() + " (expected: " + PROTOCOL + ")");
            return;
        }
        Worker worker;
        Dispatcher dispatcher = null;
        lock.lock();
        try {
            worker = tokens.redeem(hello.token());
            if (worker != null && !worker.removed && nanos.getAsLong() - worker.started < HELLO) {
                worker.heard = nanos.getAsLong();
                worker.peer = peer;
                peers.put(peer, worker);
                dispatcher = worker.dispatcher;
                holds.succeeded(worker.cell);
            } else {
                worker = null;
            }
        } finally {
            lock.unlock();
        }
        if (worker == null) {
            LOG.warn("{}: a hello with a token that is unknown, used or too old", peer);
            refuse(peer, "the token is unknown, used or too old");
        } else if (dispatcher != null) {
            initialise(worker, dispatcher);
        }
    }

    @Override
    public void lost(WorkerPeer peer) {
        Worker worker = peers.get(peer);
        if (worker == null) {
            return;
        }
        Dispatcher dispatcher = worker.dispatcher;
        if (dispatcher == null || worker.drained != 0) {
            remove(worker, Ending.ours("The worker was not needed any more."));
            return;
        }
        dispatcher.shutOut(worker);
        threads.execute(() -> {
            try {
                // The manager knows better what became of it, and will say so in a moment.
                Thread.sleep(LAST_WORD);
                remove(worker, new Ending(Ending.Cause.CODE, "The worker's connection broke off.", ""));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void refuse(WorkerPeer peer, String why) {
        WorkerTransport transport = containers.transport();
        if (transport != null) {
            transport.send(peer, new ToWorker.Refused(why));
            transport.drop(peer);
        }
    }

    /** Tells a worker what it is; on another thread, for secrets come from the database. */
    private void initialise(Worker worker, Dispatcher dispatcher) {
        lock.lock();
        try {
            if (worker.told != 0) {
                // Its hello and whoever wanted it came at once.
                return;
            }
            worker.told = nanos.getAsLong();
        } finally {
            lock.unlock();
        }
        threads.execute(() -> {
            FunctionVersion version = dispatcher.version();
            ToWorker.Init init;
            try {
                init = Orders.init(version, functions.secrets(version.function()), settings.maxAnswer());
            } catch (RuntimeException e) {
                LOG.warn("secrets of {} cannot be read", version.function(), e);
                remove(worker, new Ending(Ending.Cause.MACHINE, "The function's secrets cannot be read now.", ""));
                return;
            }
            if (!send(worker, init)) {
                remove(worker, new Ending(Ending.Cause.CODE, "The worker does not take what is sent to it.", ""));
            }
        });
    }

    private void from(Worker worker, FromWorker message) {
        Dispatcher dispatcher = worker.dispatcher;
        if (dispatcher != null) {
            from(worker, dispatcher, message);
        } else if (!(message instanceof FromWorker.Beat)) {
            remove(worker, new Ending(Ending.Cause.CODE, "A blank cell said " + message + ".", ""));
        }
    }

    private void from(Worker worker, Dispatcher dispatcher, FromWorker message) {
        switch (message) {
            case FromWorker.Ready ready -> {
                long now = nanos.getAsLong();
                dispatcher.ready(worker, ready, now);
                journals.of(dispatcher.version().function()).started(now - worker.wanted);
                meters.started(worker.waited, now - worker.wanted);
            }
            case FromWorker.Unfit unfit ->
                remove(worker, new Ending(Ending.Cause.UNFIT, unfit.error(), unfit.traceback()));
            case FromWorker.Answer _, FromWorker.Failed _, FromWorker.End _ ->
                dispatcher.said(worker, message, nanos.getAsLong());
            case FromWorker.Chunk chunk -> dispatcher.chunk(worker, chunk);
            case FromWorker.Log log -> {
                String call = log.id() == null ? "" : dispatcher.callId(worker, log.id());
                journals.log(dispatcher.version(), call, log.text());
            }
            case FromWorker.Bye _ ->
                remove(
                        worker,
                        worker.drained != 0
                                ? Ending.ours("The worker was not needed any more.")
                                : new Ending(Ending.Cause.CODE, "The worker ended by itself.", ""));
            case FromWorker.Hello _, FromWorker.Beat _ -> {}
        }
    }

    @Override
    public boolean send(Worker worker, ToWorker message) {
        WorkerPeer peer = worker.peer;
        WorkerTransport transport = containers.transport();
        return peer != null && transport != null && transport.send(peer, message);
    }

    /** Lets a worker finish what it is at and end. */
    void drain(Worker worker) {
        worker.drained = nanos.getAsLong();
        if (!send(worker, new ToWorker.Drain())) {
            remove(worker, Ending.ours("The worker was not needed any more."));
        }
    }

    @Override
    public void remove(Worker worker, Ending ending) {
        Dispatcher dispatcher;
        lock.lock();
        try {
            if (worker.removed) {
                return;
            }
            worker.removed = true;
            worker.blank = false;
            workers.remove(worker.id);
            tokens.forget(worker);
            dispatcher = worker.dispatcher;
            if (worker.peer != null) {
                peers.remove(worker.peer);
            }
        } finally {
            lock.unlock();
        }
        LOG.debug("{} ends: {}", worker, ending);
        WorkerPeer peer = worker.peer;
        WorkerTransport transport = containers.transport();
        if (peer != null && transport != null) {
            transport.drop(peer);
        }
        if (dispatcher != null) {
            if (ending.cause() != Ending.Cause.OURS) {
                journals.log(dispatcher.version(), "", ending.text());
            }
            dispatcher.gone(worker, ending, nanos.getAsLong());
        } else if (ending.cause() != Ending.Cause.OURS) {
            // Nobody waits for it, so nobody is in a hurry for the next.
            holds.failed(worker.cell, nanos.getAsLong());
        }
        threads.execute(() -> containers.removeOrLater(worker.id));
    }

    /** The manager tells of containers that have ended. */
    void told(Event event) {
        if (event instanceof Event.WorkerEnded ended) {
            Worker worker = workers.get(ended.worker());
            if (worker != null) {
                ended(worker, ended.exitCode(), ended.oomKilled(), ended.lastLines());
            }
        }
    }

    private void ended(Worker worker, @Nullable Integer exitCode, boolean oomKilled, List<String> lastLines) {
        if (worker.drained != 0) {
            remove(worker, Ending.ours("The worker was not needed any more."));
            return;
        }
        remove(worker, Ending.ofContainer(exitCode, oomKilled, lastLines));
    }

    /** Ends those that do not say hello, do not get ready, are silent, or do not end when they should. */
    void sweep() {
        long now = nanos.getAsLong();
        for (Worker worker : workers.values()) {
            if (worker.peer == null && now - worker.started >= HELLO) {
                remove(worker, new Ending(Ending.Cause.MACHINE, "The worker did not say hello within 60 s.", ""));
            } else if (worker.drained != 0 && now - worker.drained >= DRAIN) {
                remove(worker, Ending.ours("The worker was not needed any more."));
            } else if (worker.peer != null && now - worker.heard >= SILENCE && phase(worker) == Worker.Phase.IDLE) {
                remove(worker, new Ending(Ending.Cause.CODE, "Nothing was heard of the worker for 15 s.", ""));
            } else if (worker.told != 0
                    && phase(worker) == Worker.Phase.LOADING
                    && now - worker.told >= settings.startLimit().toNanos()) {
                remove(
                        worker,
                        new Ending(
                                Ending.Cause.UNFIT,
                                "The code was not loaded within "
                                        + settings.startLimit().toSeconds() + " s.",
                                ""));
            }
        }
    }

    private static Worker.Phase phase(Worker worker) {
        Dispatcher dispatcher = worker.dispatcher;
        return dispatcher == null ? Worker.Phase.IDLE : dispatcher.phase(worker);
    }

    /** Says to all that we are alive. */
    void beat() {
        workers.values().forEach(worker -> send(worker, new ToWorker.Beat()));
    }

    /** Compares the containers there are with those there should be. Blocks. */
    void reconcile() throws CommandFailure, InterruptedException {
        List<Worker> before = workers.values().stream().filter(w -> w.running).toList();
        Map<WorkerId, WorkerContainer> there = new HashMap<>();
        for (WorkerContainer container : containers.list()) {
            there.put(container.worker(), container);
            if (!workers.containsKey(container.worker())) {
                containers.remove(container.worker());
            }
        }
        for (Worker worker : before) {
            WorkerContainer container = there.get(worker.id);
            if (container == null) {
                ended(worker, null, false, List.of());
            } else if (!container.running()) {
                ended(worker, container.exitCode(), container.oomKilled(), List.of());
            }
        }
    }
}
