/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Times calls: {@code carrel_function_calls} with function, outcome and start. A hundred functions are told apart, those that were called first and are there still; all others are {@code other}, so that
 * people cannot make the metrics grow without bound. Thread-safe.
 */
final class CallMeters {
    private static final int MOST_FUNCTIONS = 100;
    private static final String OTHER = "other";

    private final MeterRegistry metrics;
    private final Map<FunctionId, String> names = new ConcurrentHashMap<>();
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private final Map<String, Timer> passed = new ConcurrentHashMap<>();

    private final Timer fromCells;
    private final Timer fromContainers;

    private record Key(String function, String outcome, boolean cold) {}

    @Inject
    CallMeters(MeterRegistry metrics) {
        this.metrics = metrics;
        fromCells = starts("cell");
        fromContainers = starts("container");
    }

    /** A call has ended. */
    void ended(FunctionId function, String outcome, boolean cold, long nanos) {
        timers.computeIfAbsent(new Key(name(function), outcome, cold), this::timer)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A call has ended that another instance served. */
    void passed(String outcome, long nanos) {
        passed.computeIfAbsent(outcome, this::passedTimer).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer passedTimer(String outcome) {
        return Timer.builder("carrel.function.passed")
                .description("Calls that other instances served, from their arrival here to their end")
                .tag("outcome", outcome)
                .publishPercentiles(0.5, 0.95, 0.99)
                .register(metrics);
    }

    /**
     * A worker has got ready.
     *
     * @param nanos since it was wanted
     * @param fromBlank whether it was a cell that waited
     */
    void started(boolean fromBlank, long nanos) {
        (fromBlank ? fromCells : fromContainers).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Shows how many calls and workers there are. */
    void watch(Supplier<Standing> now) {
        gauge("carrel.function.waiting", "Calls in queues", () -> now.get().waiting());
        gauge("carrel.function.running", "Calls with workers", () -> now.get().running());
        Gauge.builder("carrel.function.workers", () -> now.get().coming())
                .tag("state", "starting")
                .register(metrics);
        Gauge.builder("carrel.function.workers", () -> now.get().idle())
                .tag("state", "idle")
                .register(metrics);
        Gauge.builder(
                        "carrel.function.workers",
                        () -> now.get().ready() - now.get().idle())
                .tag("state", "busy")
                .register(metrics);
        Gauge.builder("carrel.function.workers", () -> now.get().workers())
                .tag("state", "all")
                .register(metrics);
    }

    private void gauge(String name, String text, Supplier<Number> value) {
        Gauge.builder(name, value).description(text).register(metrics);
    }

    private Timer starts(String from) {
        return Timer.builder("carrel.function.starts")
                .description("Workers from being wanted to being ready")
                .tag("from", from)
                .publishPercentiles(0.5, 0.95, 0.99)
                .register(metrics);
    }

    private String name(FunctionId function) {
        String known = names.get(function);
        if (known == null && names.size() < MOST_FUNCTIONS) {
            synchronized (this) {
                if (names.size() < MOST_FUNCTIONS) {
                    known = names.computeIfAbsent(function, FunctionId::toString);
                }
            }
        }
        return known == null ? OTHER : known;
    }

    /** The function is no more: its times go, and its place among those that are told apart is another's. */
    synchronized void forget(FunctionId function) {
        String name = names.remove(function);
        if (name != null) {
            timers.entrySet().removeIf(entry -> {
                boolean of = entry.getKey().function().equals(name);
                if (of) {
                    metrics.remove(entry.getValue());
                }
                return of;
            });
        }
    }

    private Timer timer(Key key) {
        return Timer.builder("carrel.function.calls")
                .description("Calls of functions from their arrival to their end")
                .tag("function", key.function())
                .tag("outcome", key.outcome())
                .tag("start", key.cold() ? "cold" : "warm")
                .publishPercentiles(0.5, 0.95, 0.99)
                .register(metrics);
    }
}
