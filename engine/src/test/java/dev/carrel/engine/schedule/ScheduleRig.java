/* Copyright the Carrel authors. */
package dev.carrel.engine.schedule;

import dev.carrel.engine.database.OwnDatabase;
import dev.carrel.engine.database.Stores;
import dev.carrel.engine.deferred.DeferredCall;
import dev.carrel.engine.deferred.DeferredCalls;
import dev.carrel.engine.deferred.DeferredParts;
import dev.carrel.engine.deferred.DeferredStore;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.ScheduleSettings;
import dev.carrel.engine.signin.FakeClock;
import dev.carrel.engine.signin.User;
import dev.carrel.plugin.database.jdbc.JdbcDatabase;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Engines that share a real database and look for schedules when the test says, with a clock that the test moves. */
final class ScheduleRig implements AutoCloseable {
    static final UserName ADA = new UserName("ada");
    static final UserName BOB = new UserName("bob");
    static final FunctionId CALC = id("calc");
    static final Duration LATE = Duration.ofHours(6);
    /** How many calls of one owner may be without a result. */
    static final int PER_OWNER = 2;

    final FakeClock clock = new FakeClock();
    final Stores stores;
    private final JdbcDatabase database;
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    ScheduleRig(Path folder) {
        database = OwnDatabase.open(folder.resolve("carrel.db"));
        stores = Stores.of(database);
        for (String name : List.of("root", "ada", "bob")) {
            stores.users().add(new User(new UserName(name), name.equals("root"), false, clock.instant(), null, "hash"));
        }
    }

    static FunctionId id(String name) {
        return new FunctionId(ADA, new FunctionName(name));
    }

    Engine engine() {
        return new Engine();
    }

    DeferredCalls deferred() {
        return DeferredParts.calls(stores.deferred(), clock, PER_OWNER);
    }

    List<DeferredCall> calls(FunctionId function) {
        return stores.deferred().of(function, 1000);
    }

    /** For which times there are calls, in order. */
    List<Instant> times(FunctionId function) {
        return calls(function).stream()
                .map(call -> call.by().scheduled())
                .filter(Objects::nonNull)
                .sorted()
                .toList();
    }

    long open() {
        return stores.deferred().open();
    }

    double count(String outcome) {
        return metrics.counter("carrel.function.scheduled", "outcome", outcome).count();
    }

    /** Gives every call a result. */
    void endAll() {
        List<DeferredCall> open = new ArrayList<>();
        stores.deferred().eachDue(clock.instant(), open::add);
        open.forEach(call -> DeferredParts.end(stores.deferred(), call, clock.instant()));
    }

    /** When an engine is killed. */
    enum Kill {
        /** Before what it records is in the database. */
        BEFORE,
        /** After that, without its learning of it. */
        AFTER
    }

    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("the engine was killed", null, false, false);
        }
    }

    /** One engine process. */
    final class Engine implements ScheduleStore {
        private final Scheduler scheduler = new Scheduler(
                this,
                deferred(),
                new ScheduleSettings(20, Duration.ofMinutes(1), LATE, "UTC"),
                new ScheduleMeters(metrics),
                clock);

        private @Nullable Kill kill;

        void killAt(Kill when) {
            kill = when;
        }

        void look() {
            scheduler.look();
        }

        @Override
        public void eachDue(Instant now, Predicate<Schedule> more) {
            stores.schedules().eachDue(now, more);
        }

        @Override
        public Optional<Schedule> find(FunctionId function) {
            return stores.schedules().find(function);
        }

        @Override
        public Recorded record(Schedule run, List<DeferredCalls.Made> calls, DeferredStore.Bounds bounds) {
            if (kill == Kill.BEFORE) {
                throw new Killed();
            }
            Recorded recorded = stores.schedules().record(run, calls, bounds);
            if (kill == Kill.AFTER) {
                throw new Killed();
            }
            return recorded;
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
