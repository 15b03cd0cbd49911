/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts what goes through the door, for metrics, log and drain. Any thread. */
final class Traffic {
    private final MeterRegistry registry;
    private final AccessLog log;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private final Counter connected;
    private final Counter refused;
    private final Counter reused;
    private final Counter repeated;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();
    private int underWay;

    private record Key(String kind, int statusClass) {}

    Traffic(MeterRegistry registry, AccessLog log) {
        this.registry = registry;
        this.log = log;
        this.connected = connects("connected");
        this.refused = connects("failed");
        this.reused = connects("reused");
        this.repeated = Counter.builder("carrel.router.repeats")
                .description("Requests sent again because a resting connection had been given up by the other side")
                .register(registry);
    }

    void began() {
        lock.lock();
        try {
            underWay++;
        } finally {
            lock.unlock();
        }
    }

    /** A request is over, however it ended. */
    void ended(AccessLog.Line line) {
        log.add(line);
        timers.computeIfAbsent(new Key(line.kind(), line.status() / 100), this::timer)
                .record((long) (line.millis() * 1e6), TimeUnit.NANOSECONDS);
        left();
    }

    /** A request became a WebSocket, which nobody waits for; it is logged when it is closed. */
    void left() {
        lock.lock();
        try {
            if (--underWay == 0) {
                quiet.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A WebSocket was closed. */
    void closed(AccessLog.Line line) {
        log.add(line);
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
        lock.lock();
        try {
            return underWay;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no request is under way, or for so long. */
    void awaitQuiet(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (underWay > 0 && left > 0) {
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

    private Timer timer(Key key) {
        return Timer.builder("carrel.router.requests")
                .description("Requests by who answered and class of status; 0xx: the client went")
                .tag("kind", key.kind())
                .tag("status", key.statusClass() + "xx")
                .register(registry);
    }
}
