/* Copyright the Carrel authors. */
package dev.carrel.router.control;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Calls of the control API under configurable-http-proxy's names; gauges that only rise, since a counter's name would not stay as it is. Any thread. */
final class ApiCounters {
    private final MeterRegistry registry;
    private final LongAdder gets = new LongAdder();
    private final LongAdder adds = new LongAdder();
    private final LongAdder deletes = new LongAdder();
    private final Map<Integer, LongAdder> byStatus = new ConcurrentHashMap<>();

    ApiCounters(MeterRegistry registry) {
        this.registry = registry;
        gauge("api_route_get", "Count of API route get requests", gets);
        gauge("api_route_add", "Count of API route add requests", adds);
        gauge("api_route_delete", "Count of API route delete requests", deletes);
    }

    private void gauge(String name, String description, LongAdder counter) {
        Gauge.builder(name, counter, LongAdder::sum).description(description).register(registry);
    }

    /** Counts one call; what was refused counts by its status only. */
    void count(String method, int status) {
        byStatus.computeIfAbsent(status, this::counter).increment();
        if (status == 403) {
            return;
        }
        switch (method) {
            case "GET" -> gets.increment();
            case "POST" -> adds.increment();
            case "DELETE" -> deletes.increment();
            default -> {
                // The original counts three methods.
            }
        }
    }

    private LongAdder counter(int status) {
        LongAdder counter = new LongAdder();
        Gauge.builder("requests_api", counter, LongAdder::sum)
                .description("Count of API requests")
                .tag("status", Integer.toString(status))
                .register(registry);
        return counter;
    }
}
