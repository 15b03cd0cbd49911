/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.wire.Message;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The real session feature for tests of what stands on it: manager and router are fakes, the database is whatever is bound. */
public final class SessionsOverFakes extends AbstractModule implements ContainerManager, AutoCloseable {
    private final FakeContainerManager manager = new FakeContainerManager();
    private final SessionSettings settings;
    private final TinyServer notebook;
    private volatile CountDownLatch starts = new CountDownLatch(0);
    private volatile CountDownLatch stops = new CountDownLatch(0);
    private volatile Runnable atWait = () -> {};
    private @Nullable Reconciler reconciler;
    private volatile Duration patience = Duration.ofDays(1);

    /** Images are "default" and "other". */
    public SessionsOverFakes(int maxStarting) {
        settings = SessionRig.settings(maxStarting);
        try {
            notebook = new TinyServer(200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        manager.port = notebook.port();
    }

    @Override
    protected void configure() {
        bind(ContainerManager.class).toInstance(this);
        bind(Routes.class).toInstance(new FakeRoutes());
        bind(RevocationSource.class).toInstance(List::of);
        bind(SessionSettings.class).toInstance(settings);
        bind(MeterRegistry.class).toInstance(new SimpleMeterRegistry());
        bind(ReadinessProbe.class).toInstance(new ReadinessProbe());
        bind(RoutePublisher.class).in(Singleton.class);
        bind(Lifecycle.class).in(Singleton.class);
        bind(SessionService.class).in(Singleton.class);
        bind(PlannedEnds.class).toInstance(new PlannedEnds());
        bind(UsageProbe.class).in(Singleton.class);
        bind(Lifetimes.class).in(Singleton.class);
        bind(Reconciler.class).in(Singleton.class);
    }

    @Provides
    @Singleton
    StartLog startLog(Clock clock) {
        return new StartLog(clock);
    }

    @Provides
    @Singleton
    Sessions sessions(SessionService real) {
        return new Hurried(real);
    }

    /** What is wanted is compared with what is, once, as every engine does after its start: nothing is started before. */
    public void compare(Injector injector) throws InterruptedException {
        injector.getInstance(Reconciler.class).reconcile();
    }

    /** From now on it is heard when a container ends, and what is wanted is compared with what is. */
    public void watch(Injector injector) {
        Reconciler started = injector.getInstance(Reconciler.class);
        started.start();
        reconciler = started;
    }

    /** From now on containers are not made until {@link #letStarts}. */
    public void holdStarts() {
        starts = new CountDownLatch(1);
    }

    /** Containers are made again. */
    public void letStarts() {
        starts.countDown();
    }

    /** From now on containers do not stop until {@link #letStops}. */
    public void holdStops() {
        stops = new CountDownLatch(1);
    }

    /** Containers stop again. */
    public void letStops() {
        stops.countDown();
    }

    /** From now on this is done whenever somebody begins to wait for a session. */
    public void whenAwaited(Runnable action) {
        atWait = action;
    }

    /** From now on no start succeeds. */
    public void failStarts(String message) {
        manager.failure = new CommandFailure(FailureCode.NO_RESOURCES, message);
    }

    /** From now on a container's server never answers. */
    public void serveNothing() {
        manager.port = 1;
    }

    /** Lets whoever waits for a session wait no longer than this. */
    public void patience(Duration limit) {
        patience = limit;
    }

    /** The manager tells that a container's process ended. */
    public void exit(Session session, int exitCode, List<String> lastLines) {
        manager.tell(new Event.SessionExited(session.id(), "c", exitCode, false, Instant.EPOCH, lastLines));
    }

    /** On which port the server of every session listens. */
    public int serverPort() {
        return notebook.port();
    }

    /** What the server of every session answers from now on to requests for this, path and query. */
    public void serve(String path, int status, String body) {
        notebook.answer(path, status, body);
    }

    /** Requests that came to the servers of sessions: path, query and the Authorization they carried. */
    public List<String> asked() {
        return List.copyOf(notebook.asked);
    }

    /** How often a container was asked for. */
    public long starts() {
        return manager.commands.stream()
                .filter(Command.StartSession.class::isInstance)
                .count();
    }

    @Override
    public Result call(Command command, Duration timeout, Consumer<Message.Progress> progress)
            throws CommandFailure, InterruptedException {
        if (command instanceof Command.StartSession) {
            progress.accept(new Message.Progress(10, "Preparing the home"));
            starts.await();
        } else if (command instanceof Command.StopSession) {
            stops.await();
        }
        return manager.call(command, timeout, progress);
    }

    @Override
    public boolean connected() {
        return manager.connected();
    }

    @Override
    public void listen(Consumer<Event> listener) {
        manager.listen(listener);
    }

    @Override
    public void close() {
        letStarts();
        letStops();
        if (reconciler != null) {
            try {
                reconciler.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
        notebook.close();
    }

    /** The real thing, but nobody waits longer than {@link #patience}. */
    private final class Hurried implements Sessions {
        private final Sessions real;

        Hurried(Sessions real) {
            this.real = real;
        }

        @Override
        public Session start(SessionAddress address, Optional<String> image) throws SessionFailure {
            return real.start(address, image);
        }

        @Override
        public void restart(SessionAddress address, Optional<String> image) throws SessionFailure {
            real.restart(address, image);
        }

        @Override
        public boolean restarting(SessionAddress address) {
            return real.restarting(address);
        }

        @Override
        public Session stop(SessionAddress address, Reason reason) throws SessionFailure {
            return real.stop(address, reason);
        }

        @Override
        public boolean remove(SessionAddress address) throws SessionFailure {
            return real.remove(address);
        }

        @Override
        public boolean mayAdd(UserName user) {
            return real.mayAdd(user);
        }

        @Override
        public Optional<Session> find(SessionAddress address) {
            return real.find(address);
        }

        @Override
        public List<Session> list(UserName user) {
            return real.list(user);
        }

        @Override
        public List<Session> living() {
            return real.living();
        }

        @Override
        public Session await(Session session, Duration limit) throws InterruptedException {
            atWait.run();
            return real.await(session, limit.compareTo(patience) < 0 ? limit : patience);
        }

        @Override
        public void follow(Session session, Duration limit, Consumer<Step> listener) throws InterruptedException {
            real.follow(session, limit, listener);
        }

        @Override
        public void active(SessionAddress address, Instant at) {
            real.active(address, at);
        }

        @Override
        public void used(SessionAddress address, Instant at) {
            real.used(address, at);
        }

        @Override
        public Optional<PlannedEnd> plannedEnd(Session session) {
            return real.plannedEnd(session);
        }

        @Override
        public List<String> images() {
            return real.images();
        }

        @Override
        public void portsChanged(SessionAddress address) {
            real.portsChanged(address);
        }

        @Override
        public OptionalInt serverPort(SessionAddress address) {
            return real.serverPort(address);
        }

        @Override
        public Optional<Upstream> upstream(SessionAddress address) {
            return real.upstream(address);
        }

        @Override
        public void revocationsChanged() {
            real.revocationsChanged();
        }
    }
}
