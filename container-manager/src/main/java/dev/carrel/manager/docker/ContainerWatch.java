/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.EventType;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.InstallId;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what happens to containers of sessions and workers, whoever caused it. Docker's event stream gives the news within milliseconds; {@link #compare}
 * finds what the stream missed while it was away. Both pass through one memory of what was seen last, so nothing is told twice; the memory is only
 * for telling and never decides anything else.
 *
 * <p>One virtual thread keeps the stream open; a few more look into containers that ended (their log, their exit code), each session or worker
 * always on the same one, so its events stay in order.
 */
public final class ContainerWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerWatch.class);
    private static final int LANES = 8;
    private static final int LANE_LENGTH = 1024;
    private static final int LAST_LINES = 50;
    private static final int REMEMBERED = 1024;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final DockerEngine docker;
    private final Containers containers;
    private final SessionContainers sessions;
    private final InstallId install;
    private final Clock clock;
    private final Consumer<Event> listener;
    private final Runnable onConnected;
    private final Map<String, Seen> seen = new HashMap<>();
    /** The last that were removed, so that a list made a moment before does not bring them back. */
    private final Set<String> removed = new LinkedHashSet<>();

    private final List<BlockingQueue<Happening>> lanes = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean connected;
    /** Guarded by {@link #seen}. */
    private boolean compared;

    private enum State {
        CREATED,
        RUNNING,
        ENDED
    }

    private record Seen(Owner owner, State state) {}

    private record Happening(
            String action,
            Owner owner,
            String container,
            @Nullable Integer exitCode,
            Instant at) {}

    /**
     * Prepares; {@link #start} begins.
     *
     * @param listener told of every event, on threads of the watch; must be quick
     * @param onConnected run whenever the stream has (again) been opened, on a thread of docker-java; must only signal
     */
    public ContainerWatch(
            DockerEngine docker,
            Containers containers,
            SessionContainers sessions,
            InstallId install,
            Clock clock,
            Consumer<Event> listener,
            Runnable onConnected) {
        this.docker = docker;
        this.containers = containers;
        this.sessions = sessions;
        this.install = install;
        this.clock = clock;
        this.listener = listener;
        this.onConnected = onConnected;
    }

    /** Starts to watch; returns at once, whether or not the Docker engine is there. */
    public void start() {
        for (int i = 0; i < LANES; i++) {
            BlockingQueue<Happening> lane = new ArrayBlockingQueue<>(LANE_LENGTH);
            lanes.add(lane);
            threads.add(Thread.ofVirtual().name("docker-watch-" + i).start(() -> work(lane)));
        }
        threads.add(Thread.ofVirtual().name("docker-events").start(this::stayConnected));
    }

    /** Whether the event stream is open. */
    public boolean connected() {
        return connected;
    }

    /** How many containers of a kind were running when last seen. */
    public int running(Class<? extends Owner> kind) {
        synchronized (seen) {
            return (int) seen.values().stream()
                    .filter(s -> s.state() == State.RUNNING && kind.isInstance(s.owner()))
                    .count();
        }
    }

    private void stayConnected() {
        long pause = 100;
        try {
            while (closing.getCount() > 0) {
                Stream stream = new Stream();
                stream.run();
                pause = stream.opened ? 100 : Math.min(2 * pause, LONGEST_PAUSE.toMillis());
                if (closing.await(pause, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** One life of the event stream. */
    private final class Stream extends ResultCallback.Adapter<com.github.dockerjava.api.model.Event> {
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile boolean opened;

        void run() throws InterruptedException {
            try {
                docker.streams()
                        .eventsCmd()
                        .withEventTypeFilter(EventType.CONTAINER)
                        .withEventFilter("create", "start", "die", "destroy")
                        .withLabelFilter(Map.of(Labels.INSTALL, install.value()))
                        .exec(this);
                // Not awaitCompletion: with a time limit it closes the stream when the limit has passed. Closing the
                // watch interrupts this.
                over.await();
            } catch (RuntimeException e) {
                lost(Failures.reason(e));
            } finally {
                connected = false;
                end();
            }
        }

        @Override
        public void onStart(Closeable stream) {
            super.onStart(stream);
            if (!opened) {
                opened = true;
                connected = true;
                LOG.info("watching the Docker engine's events");
                onConnected.run();
            }
        }

        @Override
        public void onNext(com.github.dockerjava.api.model.Event event) {
            take(event);
        }

        @Override
        public void onError(Throwable fault) {
            lost(Failures.reason(fault));
            over.countDown();
        }

        @Override
        public void onComplete() {
            lost("it ended the event stream");
            over.countDown();
        }

        private void lost(String reason) {
            // docker-java tells of an error and then of the end too.
            if (opened && over.getCount() > 0 && closing.getCount() > 0) {
                LOG.warn("lost the Docker engine: {}; trying again until it is back", reason);
            }
        }

        private void end() {
            try {
                close();
            } catch (IOException e) {
                LOG.debug("closing the event stream", e);
            }
        }
    }

    private void take(com.github.dockerjava.api.model.Event event) {
        var actor = event.getActor();
        Map<String, String> attributes = actor == null ? null : actor.getAttributes();
        String id = actor == null ? null : actor.getId();
        Owner owner = Labels.owner(install, attributes).orElse(null);
        if (owner == null || id == null || attributes == null || event.getAction() == null) {
            return;
        }
        String code = attributes.get("exitCode");
        Integer exitCode = code != null && code.matches("\\d{1,9}") ? Integer.valueOf(code) : null;
        Long nanos = event.getTimeNano();
        Instant at = nanos == null ? clock.instant() : Instant.ofEpochSecond(0, nanos);
        Happening happening = new Happening(event.getAction(), owner, id, exitCode, at);
        if (!lanes.get(Math.floorMod(owner.hashCode(), LANES)).offer(happening)) {
            LOG.warn("{} events wait to be told; {} of {} will be told late", LANE_LENGTH, happening.action(), owner);
        }
    }

    private void work(BlockingQueue<Happening> lane) {
        try {
            while (true) {
                Happening happening = lane.take();
                try {
                    tell(happening);
                } catch (RuntimeException e) {
                    LOG.error("telling of {} failed (the next comparison makes up for it)", happening, e);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Happening happening) throws InterruptedException {
        String id = happening.container();
        switch (happening.action()) {
            case "create" -> note(id, happening.owner(), State.CREATED);
            case "start" -> note(id, happening.owner(), State.RUNNING);
            case "die" -> {
                if (note(id, happening.owner(), State.ENDED)) {
                    listener.accept(ending(happening));
                }
            }
            case "destroy" -> forget(id).ifPresent(last -> tellRemoved(last, id, happening.at()));
            default -> LOG.debug("not asked for: {}", happening);
        }
    }

    /** True when this is news: states only advance. */
    private boolean note(String id, Owner owner, State state) {
        synchronized (seen) {
            Seen before = seen.get(id);
            if (removed.contains(id) || before != null && before.state().compareTo(state) >= 0) {
                return false;
            }
            seen.put(id, new Seen(owner, state));
            return true;
        }
    }

    /** What was seen of it last; empty when it is no news that it is gone. */
    private Optional<Seen> forget(String id) {
        synchronized (seen) {
            Seen last = seen.remove(id);
            if (last == null) {
                return Optional.empty();
            }
            removed.add(id);
            if (removed.size() > REMEMBERED) {
                removed.remove(removed.iterator().next());
            }
            return Optional.of(last);
        }
    }

    /** What can still be learned of a container that ended; it may be removed at this very moment. */
    private Event ending(Happening happening) throws InterruptedException {
        Integer exitCode = happening.exitCode();
        boolean oom = false;
        List<String> lines = List.of();
        try {
            InspectContainerResponse container =
                    containers.inspect(happening.container()).orElse(null);
            if (container != null) {
                Containers.Life life = Containers.life(container);
                oom = life.oomKilled();
                exitCode = life.exitCode() == null ? exitCode : life.exitCode();
                lines = containers.tail(happening.container(), LAST_LINES);
            }
        } catch (CommandFailure | RuntimeException e) {
            LOG.info("the last words of {} are lost: {}", happening.owner(), e.getMessage());
        }
        return ended(happening.owner(), happening.container(), exitCode, oom, happening.at(), lines);
    }

    private static Event ended(
            Owner owner, String id, @Nullable Integer exitCode, boolean oom, Instant at, List<String> lines) {
        return switch (owner) {
            case Owner.Session session -> new Event.SessionExited(session.id(), id, exitCode, oom, at, lines);
            case Owner.Worker worker -> new Event.WorkerEnded(worker.id(), id, exitCode, oom, at, lines);
        };
    }

    /** That a container is gone is news of a session; of a worker only when nobody was told of its end. */
    private void tellRemoved(Seen last, String id, Instant at) {
        switch (last.owner()) {
            case Owner.Session session -> listener.accept(new Event.SessionRemoved(session.id(), id, at));
            case Owner.Worker worker -> {
                if (last.state() != State.ENDED) {
                    listener.accept(ended(worker, id, null, false, at, List.of()));
                }
            }
        }
    }

    /**
     * Compares with what Docker has now and tells what was missed. Called every half minute and after the stream was away.
     *
     * @return the sessions' containers
     */
    public List<SessionContainer> compare() throws CommandFailure, InterruptedException {
        Map<String, Seen> gone;
        boolean first;
        synchronized (seen) {
            gone = new HashMap<>(seen);
            first = !compared;
        }
        List<InspectContainerResponse> now = containers.list(Owner.class);
        for (InspectContainerResponse container : now) {
            Owner owner = containers.owner(container).orElse(null);
            if (owner == null) {
                continue;
            }
            String id = container.getId();
            boolean known = gone.remove(id) != null;
            Containers.Life life = Containers.life(container);
            State state = life.running() ? State.RUNNING : life.ended() ? State.ENDED : State.CREATED;
            boolean news = note(id, owner, state);
            // What had ended before the first comparison is old news: whoever asks is given the list.
            if (news && life.ended() && (known || !first)) {
                listener.accept(ending(new Happening("die", owner, id, null, clock.instant())));
            }
        }
        gone.keySet().forEach(this::tellGone);
        synchronized (seen) {
            compared = true;
        }
        return now.stream().flatMap(c -> sessions.describe(c).stream()).toList();
    }

    private void tellGone(String id) {
        Seen last = forget(id).orElse(null);
        if (last == null) {
            return;
        }
        Instant at = clock.instant();
        if (last.state() == State.RUNNING && last.owner() instanceof Owner.Session) {
            listener.accept(ended(last.owner(), id, null, false, at, List.of()));
        }
        tellRemoved(last, id, at);
    }

    /** Stops watching. */
    @Override
    public void close() {
        closing.countDown();
        threads.forEach(Thread::interrupt);
    }
}
