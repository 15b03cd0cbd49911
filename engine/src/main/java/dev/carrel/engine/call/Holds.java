/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** After a container that could not be started none of its kind is tried for a second, then for two, up to sixteen. Thread-safe. */
final class Holds {
    private static final long FORGOTTEN = Duration.ofMinutes(10).toNanos();

    private final Map<Cell, Hold> holds = new ConcurrentHashMap<>();

    private record Hold(long until, int failures) {}

    boolean held(Cell cell, long now) {
        Hold hold = holds.get(cell);
        return hold != null && now - hold.until() < 0;
    }

    /** Whether any kind is held. */
    boolean any(long now) {
        return holds.values().stream().anyMatch(hold -> now - hold.until() < 0);
    }

    void failed(Cell cell, long now) {
        // Kinds of cells may be as many as there are functions: one that is not tried again is not remembered for ever.
        holds.values().removeIf(hold -> now - hold.until() > FORGOTTEN);
        holds.compute(cell, (_, hold) -> {
            int failures = hold == null ? 1 : hold.failures() + 1;
            return new Hold(
                    now + Duration.ofMillis(500L << Math.min(failures, 5)).toNanos(), failures);
        });
    }

    void succeeded(Cell cell) {
        holds.remove(cell);
    }
}
