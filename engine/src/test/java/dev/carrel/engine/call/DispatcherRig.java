/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A dispatcher over hand-moved workers and a hand-moved clock. */
final class DispatcherRig {
    static final Duration TIMEOUT = Duration.ofSeconds(10);
    static final Duration START_LIMIT = Duration.ofSeconds(30);

    final FakeCrew crew = new FakeCrew();
    final Dispatcher dispatcher;
    private int numbers;

    DispatcherRig(FunctionSpec.WorkLimits limits, boolean idempotent) {
        this(limits, idempotent, Elsewhere.NOWHERE);
    }

    DispatcherRig(FunctionSpec.WorkLimits limits, boolean idempotent, Elsewhere elsewhere) {
        dispatcher = new Dispatcher(version(1, limits, idempotent), START_LIMIT, new WithEnvoys(crew), elsewhere);
        crew.dispatcher = dispatcher;
    }

    static DispatcherRig of(int concurrency, int queue) {
        return new DispatcherRig(limits(concurrency, 0, 3, queue), false);
    }

    static FunctionSpec.WorkLimits limits(int concurrency, int min, int max, int queue) {
        return new FunctionSpec.WorkLimits(0, 0, TIMEOUT, concurrency, min, max, queue, Duration.ofMinutes(1));
    }

    static FunctionVersion version(long number, FunctionSpec.WorkLimits limits, boolean idempotent) {
        return version("calc", number, limits, FunctionSpec.Visibility.PUBLIC, idempotent);
    }

    static FunctionVersion version(
            String name,
            long number,
            FunctionSpec.WorkLimits limits,
            FunctionSpec.Visibility visibility,
            boolean idempotent) {
        FunctionId id = new FunctionId(UserName.of("ada"), new FunctionName(name));
        FunctionSpec spec = new FunctionSpec(
                "",
                "python3",
                "default",
                "def main(): pass",
                Map.of(),
                List.of(),
                Map.of(),
                limits,
                new FunctionSpec.CallAccess(visibility, List.of("bob"), List.of(), 0),
                idempotent,
                List.of());
        return new FunctionVersion(id, number, Instant.EPOCH, "ada", spec);
    }

    /** A call and all the outcomes it was told. */
    static final class Asked {
        final List<Outcome> outcomes = new ArrayList<>();
        final Call call;

        Asked(long now, Duration patience, String id) {
            call = new Call(ask(id), now, patience.toNanos(), outcome -> {
                synchronized (outcomes) {
                    outcomes.add(outcome);
                }
            });
        }

        Outcome outcome() {
            synchronized (outcomes) {
                if (outcomes.size() != 1) {
                    throw new AssertionError(call + " was told " + outcomes);
                }
                return outcomes.getFirst();
            }
        }

        int told() {
            synchronized (outcomes) {
                return outcomes.size();
            }
        }
    }

    static Ask ask(String id) {
        return new Ask(id, "", "GET", "[]", "{}", "", Map.of(), new byte[0]);
    }

    Asked submit() {
        return submit(Duration.ofDays(1));
    }

    Asked submit(Duration patience) {
        Asked asked = new Asked(crew.now, patience, "c" + numbers++);
        dispatcher.submit(asked.call, crew.now);
        return asked;
    }

    void pass(Duration time) {
        crew.now += time.toNanos();
        dispatcher.expire(crew.now);
    }
}
