/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Locale;
import java.util.function.IntSupplier;

/** Counts deferred calls. Thread-safe. */
final class DeferredMeters {
    private final MeterRegistry metrics;
    private final Counter repeated;

    @Inject
    DeferredMeters(MeterRegistry metrics) {
        this.metrics = metrics;
        repeated = Counter.builder("carrel.function.async.repeated")
                .description("Attempts at asynchronous calls that are made again because a worker ended")
                .register(metrics);
    }

    /** An attempt is made again. */
    void repeated() {
        repeated.increment();
    }

    /** A call has its result. */
    void ended(DeferredCall call) {
        DeferredCall.End end = call.end();
        if (end != null) {
            Timer.builder("carrel.function.async")
                    .description("Asynchronous calls from being taken to their result")
                    .tag("state", call.progress().state().name().toLowerCase(Locale.ROOT))
                    .register(metrics)
                    .record(Duration.between(call.accepted(), end.at()));
        }
    }

    /** A delivery of a result was tried. */
    void delivered(String outcome) {
        metrics.counter("carrel.function.callbacks", "outcome", outcome).increment();
    }

    /** Shows how many run. */
    void watch(IntSupplier running) {
        Gauge.builder("carrel.function.async.running", running::getAsInt)
                .description("Asynchronous calls that run here")
                .register(metrics);
    }
}
