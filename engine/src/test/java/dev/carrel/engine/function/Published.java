/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Publishes functions straight into a store, for tests of what looks at that. */
public final class Published {
    private Published() {}

    /** One that does nothing but run by itself. */
    public static FunctionSpec spec(String code, ScheduleEntry... schedule) {
        return new FunctionSpec(
                "",
                "python3",
                "default",
                code,
                Map.of(),
                List.of(),
                Map.of(),
                new FunctionSpec.WorkLimits(0, 0, Duration.ofSeconds(30), 1, 0, 4, 100, Duration.ofMinutes(5)),
                new FunctionSpec.CallAccess(FunctionSpec.Visibility.PRIVATE, List.of(), List.of(), 0),
                false,
                List.of(schedule));
    }

    /** Publishes a version and activates it; its number. */
    public static long publish(FunctionStore store, FunctionId id, FunctionSpec spec, Instant now) {
        return store.change(
                        id,
                        head -> new FunctionStore.Change(
                                head.with(FunctionHead.Kept.of(spec), now).activating(head.next(), now),
                                Optional.of(new FunctionVersion(
                                        id, head.next(), now, id.owner().value(), spec))))
                .after()
                .active();
    }

    /** Activates a version. */
    public static void activate(FunctionStore store, FunctionId id, long number, Instant now) {
        store.change(id, head -> new FunctionStore.Change(head.activating(number, now)));
    }

    /** Goes back to the version that was active before. */
    public static void rollBack(FunctionStore store, FunctionId id, Instant now) {
        store.change(id, head -> new FunctionStore.Change(head.rolledBack(now)));
    }

    /** Deletes it. */
    public static void delete(FunctionStore store, FunctionId id, Instant now) {
        store.change(id, head -> new FunctionStore.Change(head.gone(now)));
    }
}
