/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.transport.ConnectionBounds;
import dev.carrel.router.route.RouteTable;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/** What the door's parts say of themselves when somebody asks for {@code /metrics}. Names carry no user and no route: their number is bounded. */
final class DoorMetrics {
    private static final Map<String, Duration> ACTIVE =
            Map.of("1m", Duration.ofMinutes(1), "10m", Duration.ofMinutes(10), "1h", Duration.ofHours(1));

    private DoorMetrics() {}

    static void register(MeterRegistry registry, Door door, ConnectionBounds bounds, RouteTable table, Clock clock) {
        gauge(registry, "carrel.router.websockets", "WebSockets open now", door.sockets()::size);
        gauge(
                registry,
                "carrel.router.state.streams",
                "Open pages that follow how their session is",
                door.states()::size);
        gauge(registry, "carrel.router.connections", "Connections of clients open now", bounds::open);
        gauge(registry, "carrel.router.requests.open", "Requests under way", door.traffic()::underWay);
        gauge(
                registry,
                "carrel.router.upstream.resting",
                "Connections to targets that rest in the pools",
                door::resting);
        gauge(registry, "carrel.router.routes", "Routes in the table", table::size);
        FunctionCounter.builder("carrel.router.connections.refused", bounds, ConnectionBounds::refused)
                .description("Connections closed unanswered for want of room")
                .register(registry);
        ACTIVE.forEach(
                (label, within) -> Gauge.builder("carrel.router.routes.active", table, t -> active(t, clock, within))
                        .description("Routes through which something went lately")
                        .tag("within", label)
                        .register(registry));
        var buffers = PooledByteBufAllocator.DEFAULT.metric();
        Gauge.builder("carrel.router.buffers", buffers, b -> b.usedDirectMemory())
                .description("Memory that the pool of network buffers has taken")
                .baseUnit("bytes")
                .tag("area", "direct")
                .register(registry);
        Gauge.builder("carrel.router.buffers", buffers, b -> b.usedHeapMemory())
                .description("Memory that the pool of network buffers has taken")
                .baseUnit("bytes")
                .tag("area", "heap")
                .register(registry);
    }

    private static void gauge(MeterRegistry registry, String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private static long active(RouteTable table, Clock clock, Duration within) {
        Instant since = clock.instant().minus(within);
        return table.all().stream()
                .filter(route -> !route.activity().last().isBefore(since))
                .count();
    }
}
