/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Requests under configurable-http-proxy's names, so that its dashboards find them. Our registry would put {@code _total} behind a counter's name, hence
 * gauges that only rise. Any thread.
 */
final class ChpCounters {
    private static final int STATUSES = 600;

    private final MeterRegistry registry;
    private final LongAdder web = new LongAdder();
    private final LongAdder webSockets = new LongAdder();
    /** By status; filled as statuses occur. */
    private final AtomicReferenceArray<@Nullable LongAdder> byStatus = new AtomicReferenceArray<>(STATUSES);

    ChpCounters(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("requests_web", web, LongAdder::sum)
                .description("Count of web requests")
                .register(registry);
        Gauge.builder("requests_ws", webSockets, LongAdder::sum)
                .description("Count of websocket requests")
                .register(registry);
    }

    /** A request has come. */
    void began(boolean webSocket) {
        (webSocket ? webSockets : web).increment();
    }

    /** It was answered; 0 when the client went before. */
    void answered(int status) {
        if (status > 0 && status < STATUSES) {
            LongAdder counter = byStatus.get(status);
            (counter == null ? counter(status) : counter).increment();
        }
    }

    private synchronized LongAdder counter(int status) {
        LongAdder known = byStatus.get(status);
        if (known != null) {
            return known;
        }
        LongAdder counter = new LongAdder();
        byStatus.set(status, counter);
        Gauge.builder("requests_proxy", counter, LongAdder::sum)
                .description("Count of proxy requests")
                .tag("status", Integer.toString(status))
                .register(registry);
        return counter;
    }
}
