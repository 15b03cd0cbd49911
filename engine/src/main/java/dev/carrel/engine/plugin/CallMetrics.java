/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.plugin.host.CallListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Counts and times calls into plugins: {@code carrel_plugin_calls} with plugin, call and outcome. Public for the benchmark. */
public final class CallMetrics implements CallListener {
    private final MeterRegistry metrics;

    /** Registers nothing yet. */
    public CallMetrics(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    @Override
    public Ended of(String plugin, String call, String outcome) {
        Timer timer = metrics.timer("carrel.plugin.calls", "plugin", plugin, "call", call, "outcome", outcome);
        return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
    }
}
