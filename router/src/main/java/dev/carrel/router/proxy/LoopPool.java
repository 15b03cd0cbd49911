/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Resting connections of one event loop, last in first out, so that few stay warm and the rest age and go. Event loop only.
 *
 * <p>A connection the other side gives up while we write to it cannot be told from one that took the request. So a request that must not be
 * sent twice is only given a connection that rested for less than {@link #SURE}, which is shorter than any server's patience we know
 * (Node's is five seconds).
 */
final class LoopPool {
    private static final Duration SURE = Duration.ofSeconds(2);

    private final EventLoop loop;
    private final int perTarget;
    private final int total;
    private final long idleNanos;
    private final Map<Peer, ArrayDeque<Upstream>> resting = new HashMap<>();
    private int count;
    private boolean sweeping;

    LoopPool(EventLoop loop, int perTarget, int total, Duration idle) {
        this.loop = loop;
        this.perTarget = perTarget;
        this.total = total;
        this.idleNanos = idle.toNanos();
    }

    /** A connection to the peer that is open as far as we know; null for none. */
    @Nullable
    Upstream take(Peer peer, boolean mayRepeat) {
        ArrayDeque<Upstream> line = resting.get(peer);
        Upstream latest = line == null ? null : line.peekLast();
        if (line == null || latest == null) {
            return null;
        }
        long rested = System.nanoTime() - latest.restsSince();
        if (rested >= idleNanos || !mayRepeat && rested >= SURE.toNanos()) {
            return null;
        }
        line.removeLast();
        count--;
        return latest;
    }

    /** Lets a connection to the peer rest, or closes it when there are enough. */
    void put(Peer peer, Upstream upstream) {
        ArrayDeque<Upstream> line = resting.computeIfAbsent(peer, _ -> new ArrayDeque<>());
        if (!upstream.channel().isActive() || line.size() >= perTarget || count >= total) {
            upstream.abandon();
            return;
        }
        upstream.rest(() -> forget(peer, upstream));
        line.addLast(upstream);
        count++;
        if (!sweeping) {
            sweeping = true;
            scheduleSweep();
        }
    }

    /** Closes what rests of connections to a peer that nobody is led to any more. */
    void leave(Peer peer) {
        ArrayDeque<Upstream> line = resting.remove(peer);
        if (line != null) {
            count -= line.size();
            line.forEach(Upstream::abandon);
        }
    }

    /** How many rest here. Any thread, to which it may be a little old. */
    int size() {
        return count;
    }

    private void forget(Peer peer, Upstream upstream) {
        ArrayDeque<Upstream> line = resting.get(peer);
        if (line != null && line.remove(upstream)) {
            count--;
        }
    }

    private void scheduleSweep() {
        var _ = loop.schedule(this::sweep, Math.max(idleNanos / 2, 1_000_000), TimeUnit.NANOSECONDS);
    }

    private void sweep() {
        long now = System.nanoTime();
        Iterator<ArrayDeque<Upstream>> lines = resting.values().iterator();
        while (lines.hasNext()) {
            ArrayDeque<Upstream> line = lines.next();
            for (Upstream first = line.peekFirst();
                    first != null && now - first.restsSince() >= idleNanos;
                    first = line.peekFirst()) {
                line.removeFirst();
                count--;
                first.abandon();
            }
            if (line.isEmpty()) {
                lines.remove();
            }
        }
        sweeping = count > 0;
        if (sweeping && !loop.isShuttingDown()) {
            scheduleSweep();
        }
    }
}
