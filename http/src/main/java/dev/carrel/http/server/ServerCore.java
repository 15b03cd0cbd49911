/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.log.RequestLog;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What all connections of one server share. Any thread. */
final class ServerCore {
    private final HttpServerSettings settings;
    private final Routes routes;
    private final CommonHeaders commonHeaders;
    private final RequestLog<AccessLine> accessLog = new RequestLog<>();
    private final HandOver handOver;
    private final Clock clock;
    private final ChannelGroup connections =
            new DefaultChannelGroup("http-connections", GlobalEventExecutor.INSTANCE, true);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();
    private int exchanges;
    private volatile boolean draining;

    ServerCore(HttpServerSettings settings, Routes routes, ErrorRenderer errors, Clock clock) {
        this.settings = settings;
        this.routes = routes;
        this.clock = clock;
        this.commonHeaders = new CommonHeaders(settings.security(), clock);
        this.handOver = new HandOver(settings, new ExchangeRunner(routes, errors, new ResponseWriter(commonHeaders)));
    }

    HttpServerSettings settings() {
        return settings;
    }

    Routes routes() {
        return routes;
    }

    CommonHeaders commonHeaders() {
        return commonHeaders;
    }

    RequestLog<AccessLine> accessLog() {
        return accessLog;
    }

    HandOver handOver() {
        return handOver;
    }

    Clock clock() {
        return clock;
    }

    ChannelGroup connections() {
        return connections;
    }

    boolean draining() {
        return draining;
    }

    void drain() {
        draining = true;
    }

    void exchangeBegan() {
        lock.lock();
        try {
            exchanges++;
        } finally {
            lock.unlock();
        }
    }

    void exchangeEnded(Exchange exchange) {
        accessLog.add(exchange.logLine());
        lock.lock();
        try {
            if (--exchanges == 0) {
                quiet.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    int exchanges() {
        lock.lock();
        try {
            return exchanges;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no request is under way. False when some still are after that time. */
    boolean awaitQuiet(Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (exchanges > 0 && left > 0) {
                left = quiet.awaitNanos(left);
            }
            return exchanges == 0;
        } finally {
            lock.unlock();
        }
    }
}
