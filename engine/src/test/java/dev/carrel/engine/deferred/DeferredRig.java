/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.database.OwnDatabase;
import dev.carrel.engine.database.Stores;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.signin.FakeClock;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Engines that share a real database and run what the test says, with a clock that the test moves. */
final class DeferredRig implements AutoCloseable {
    static final UserName ADA = new UserName("ada");
    static final UserName BOB = new UserName("bob");
    static final Duration PATIENCE = Duration.ofMinutes(5);
    static final int ATTEMPTS = 3;

    final FakeClock clock = new FakeClock();
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final DeferredSettings settings;
    /** Ids of calls, each as often as a result of it was written. */
    final List<String> recorded = new CopyOnWriteArrayList<>();

    private final Path folder;
    private JdbcDatabase database;
    DeferredStore store;

    DeferredRig(Path folder, int parallel) {
        this.folder = folder;
        settings = new DeferredSettings(
                new DataSize(1 << 20),
                new DataSize(1 << 20),
                1000,
                1000,
                1000,
                Duration.ofHours(1),
                parallel,
                ATTEMPTS,
                PATIENCE);
        database = OwnDatabase.open(folder.resolve("carrel.db"));
        Stores stores = Stores.of(database);
        for (String name : List.of("root", "ada", "bob")) {
            stores.users().add(new User(new UserName(name), name.equals("root"), false, clock.instant(), null, "hash"));
        }
        store = stores.deferred();
    }

    /** Closes the database and opens it anew. */
    void restartDatabase() {
        database.close();
        database = OwnDatabase.open(folder.resolve("carrel.db"));
        store = Stores.of(database).deferred();
    }

    String add(String id, UserName owner) {
        FunctionId function = new FunctionId(owner, new FunctionName("calc"));
        Instant now = clock.instant();
        DeferredCall call = new DeferredCall(
                id,
                new DeferredCall.Target(function, 1, Instant.EPOCH, ""),
                DeferredCall.AskedBy.NOBODY,
                now,
                null,
                new DeferredCall.Progress(DeferredCall.State.WAITING, 0, now, ""),
                null,
                null,
                0);
        Ask ask = new Ask(id, "", "POST", "[]", "{}", "", Map.of(), new byte[0]);
        assertThat(store.add(call, ask, new DeferredStore.Bounds(1000, 1000, 1000)))
                .isEqualTo(DeferredStore.Added.YES);
        return id;
    }

    DeferredCall call(String id) {
        return store.find(id).orElseThrow();
    }

    Optional<String> result(String id) {
        return store.result(call(id)).map(result -> new String(result.body(), StandardCharsets.UTF_8));
    }

    static Unattended.Final answer(String text) {
        return new Unattended.Final(1, 200, "text/plain", Map.of(), text.getBytes(StandardCharsets.UTF_8), "", "", "");
    }

    static Unattended.Final failure(String code) {
        return Unattended.Final.refused(502, code, "It failed.", "");
    }

    static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for too long").isLessThan(until);
            Thread.onSpinWait();
        }
    }

    Engine engine(String installation) {
        return new Engine(installation);
    }

    /** An attempt that the test ends. */
    record Attempt(String id, CompletableFuture<Unattended.Result> result) {}

    /** When an engine is killed. */
    enum Kill {
        /** Before its next write is in the database. */
        BEFORE_A_WRITE,
        /** After its next write is in the database, without its learning of it. */
        AFTER_A_WRITE
    }

    /** Not caught by what waits for a database that is down. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("the engine was killed", null, false, false);
        }
    }

    /** One engine process. */
    final class Engine implements DeferredWork {
        final List<Attempt> attempts = new CopyOnWriteArrayList<>();
        final Doomed seen = new Doomed();
        final DeferredRunner runner;
        /** Whether another engine has room for calls, and this one has not. */
        volatile boolean crowded;

        private Engine(String installation) {
            runner = new DeferredRunner(seen, this, settings, new DeferredMeters(metrics), clock, installation);
        }

        @Override
        public Unattended.Result attempt(DeferredRun run, Ask ask) throws InterruptedException {
            Attempt attempt = new Attempt(ask.callId(), new CompletableFuture<>());
            run.onCallOff(() -> attempt.result().complete(new Unattended.CalledOff()));
            attempts.add(attempt);
            try {
                return attempt.result().get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean betterElsewhere(DeferredCall call) {
            return crowded;
        }

        /** Looks, and waits until what was claimed is under way. */
        void look() {
            runner.look();
            settled();
        }

        /** Waits until nothing runs but what the test has not ended. */
        private void settled() {
            await(() -> open().size() == runner.runs());
        }

        List<Attempt> open() {
            return attempts.stream().filter(a -> !a.result().isDone()).toList();
        }

        Attempt of(String id) {
            return open().stream().filter(a -> a.id().equals(id)).findFirst().orElseThrow();
        }

        /** Ends an attempt and waits until the engine is done with it. */
        void end(Attempt attempt, Unattended.Result result) {
            attempt.result().complete(result);
            settled();
        }

        /** Nothing it does reaches the database any more. */
        void kill() {
            seen.killed = true;
            for (Attempt attempt : open()) {
                end(attempt, new Unattended.CalledOff());
            }
        }
    }

    /** The store as an engine sees it that may be killed. */
    final class Doomed implements DeferredStore {
        volatile boolean killed;
        /** The database does not answer questions of what was asked. */
        volatile boolean mute;

        private volatile @Nullable Kill next;

        void killAt(Kill when) {
            next = when;
        }

        private <T> T written(Supplier<T> write) {
            alive();
            Kill when = next;
            if (when == Kill.BEFORE_A_WRITE) {
                killed = true;
                alive();
            }
            T done = write.get();
            if (when == Kill.AFTER_A_WRITE) {
                killed = true;
                alive();
            }
            return done;
        }

        private void alive() {
            if (killed) {
                throw new Killed();
            }
        }

        @Override
        public Added add(DeferredCall call, Ask ask, Bounds bounds) {
            return written(() -> store.add(call, ask, bounds));
        }

        @Override
        public Optional<DeferredCall> find(String id) {
            alive();
            return store.find(id);
        }

        @Override
        public Optional<Ask> ask(DeferredCall call) {
            alive();
            if (mute) {
                throw new StoreException("the database does not answer");
            }
            return store.ask(call);
        }

        @Override
        public Optional<Unattended.Final> result(DeferredCall call) {
            alive();
            return store.result(call);
        }

        @Override
        public Optional<DeferredCall> update(DeferredCall call) {
            return written(() -> store.update(call));
        }

        @Override
        public Optional<DeferredCall> finish(DeferredCall call, Unattended.Final result) {
            Optional<DeferredCall> done = written(() -> {
                Optional<DeferredCall> stored = store.finish(call, result);
                stored.ifPresent(now -> recorded.add(now.id()));
                return stored;
            });
            return done;
        }

        @Override
        public void eachDue(Instant now, Predicate<DeferredCall> more) {
            alive();
            store.eachDue(now, more);
        }

        @Override
        public List<DeferredCall> heldBy(String prefix) {
            alive();
            return store.heldBy(prefix);
        }

        @Override
        public long open() {
            return store.open();
        }

        @Override
        public void eachToDeliver(Instant now, Predicate<DeferredCall> more) {
            alive();
            store.eachToDeliver(now, more);
        }

        @Override
        public List<DeferredCall> of(FunctionId function, int most) {
            return store.of(function, most);
        }

        @Override
        public boolean remove(DeferredCall call) {
            return written(() -> store.remove(call));
        }

        @Override
        public int prune(Instant endedBefore) {
            return written(() -> store.prune(endedBefore));
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
