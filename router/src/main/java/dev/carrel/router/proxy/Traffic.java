/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.log.RequestLog;
import dev.carrel.router.decide.Decision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Counts what goes through the door, for metrics, log and drain. Any thread. */
final class Traffic {
    private static final Duration[] BUCKETS = Stream.of(1, 5, 20, 100, 500, 2_000, 10_000, 60_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    /** Of all that can answer; there from the first, so that a graph begins at zero. */
    private static final List<String> KINDS = Stream.concat(
                    Stream.of("router", "state"),
                    Stream.of(Decision.Kind.values()).map(Decision.Kind::label))
            .distinct()
            .toList();

    private final MeterRegistry registry;
    private final ChpCounters chp;
    private final RequestLog<AccessLine> log;
    /** By who answered, then by class of status. */
    private final Map<String, Timer[]> timers = new ConcurrentHashMap<>();

    private final Counter bytesIn;
    private final Counter bytesOut;
    private final Counter connected;
    private final Counter refused;
    private final Counter reused;
    private final Counter repeated;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean awaited;

    Traffic(MeterRegistry registry, RequestLog<AccessLine> log) {
        this.registry = registry;
        this.chp = new ChpCounters(registry);
        this.log = log;
        this.bytesIn = bytes("in");
        this.bytesOut = bytes("out");
        KINDS.forEach(kind -> timers.put(kind, timers(kind)));
        this.connected = connects("connected");
        this.refused = connects("failed");
        this.reused = connects("reused");
        this.repeated = Counter.builder("carrel.router.repeats")
                .description("Requests sent again because a resting connection had been given up by the other side")
                .register(registry);
    }

    void began(boolean webSocket) {
        chp.began(webSocket);
        underWay.incrementAndGet();
    }

    /** A request is over, however it ended. */
    void ended(AccessLine line) {
        log.add(line);
        chp.answered(line.status());
        count(line);
        timer(line.kind(), line.status() / 100).record((long) (line.millis() * 1e6), TimeUnit.NANOSECONDS);
        left();
    }

    /** A request became a WebSocket, which nobody waits for; it is logged when it is closed. */
    void left() {
        if (underWay.decrementAndGet() == 0 && awaited) {
            lock.lock();
            try {
                quiet.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A WebSocket was closed. */
    void closed(AccessLine line) {
        log.add(line);
        chp.answered(line.status());
        count(line);
    }

    private void count(AccessLine line) {
        bytesIn.increment((double) line.bytesIn());
        bytesOut.increment((double) line.bytesOut());
    }

    private Counter bytes(String direction) {
        return Counter.builder("carrel.router.bytes")
                .description("Bytes of bodies and WebSockets, counted when they have ended")
                .baseUnit("bytes")
                .tag("direction", direction)
                .register(registry);
    }

    void connected() {
        connected.increment();
    }

    void connectFailed() {
        refused.increment();
    }

    void reused() {
        reused.increment();
    }

    void repeated() {
        repeated.increment();
    }

    int underWay() {
        return underWay.get();
    }

    /** Waits until no request is under way, or for so long. */
    void awaitQuiet(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            // From now on whoever is the last to leave says so; before, nobody took the lock.
            awaited = true;
            long left = nanos;
            while (underWay.get() > 0 && left > 0) {
                left = quiet.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private Counter connects(String outcome) {
        return Counter.builder("carrel.router.upstream.connections")
                .description("Connections asked for by requests: new, failed or taken from the pool")
                .tag("outcome", outcome)
                .register(registry);
    }

    private Timer timer(String kind, int statusClass) {
        Timer[] ofKind = timers.computeIfAbsent(kind, this::timers);
        return ofKind[statusClass < ofKind.length ? statusClass : 0];
    }

    private Timer[] timers(String kind) {
        return IntStream.range(0, 6)
                .mapToObj(statusClass -> Timer.builder("carrel.router.requests")
                        .description("Requests by who answered and class of status; 0xx: the client went")
                        .tag("kind", kind)
                        .tag("status", statusClass + "xx")
                        .serviceLevelObjectives(BUCKETS)
                        .register(registry))
                .toArray(Timer[]::new);
    }
}
