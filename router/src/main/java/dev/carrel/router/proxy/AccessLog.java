/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line a request to the logger {@code access}, written by a thread of its own: event loops hand lines over and never wait for a log file. Past
 * {@link #QUEUE} waiting lines further ones are dropped and their number is told. No query is ever logged: it may hold a ticket.
 */
final class AccessLog implements AutoCloseable {
    static final int QUEUE = 8192;

    private static final Logger LOG = LoggerFactory.getLogger("access");
    private static final int MAX_PATH = 512;

    private final BlockingQueue<Line> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().daemon().name("access-log").unstarted(this::write);
    private volatile boolean closed;

    /**
     * What a line says. The codec has refused everything that could break a line, but for user names, which may hold other letters.
     *
     * @param target as sent; its query is cut off here
     * @param status of the answer; 0 when the client went before it
     */
    record Line(
            String remote,
            String method,
            String host,
            String target,
            int status,
            long bytesIn,
            long bytesOut,
            double millis,
            String kind,
            String user,
            String id) {
        @Override
        public String toString() {
            int question = target.indexOf('?');
            String path = question < 0 ? target : target.substring(0, question);
            return remote + " " + method + " " + host
                    + (path.length() > MAX_PATH ? path.substring(0, MAX_PATH) + "…" : path) + " "
                    + (status == 0 ? "gone" : Integer.toString(status)) + " " + bytesIn + "/" + bytesOut + "B "
                    + String.format(Locale.ROOT, "%.1fms", millis) + " " + kind + " user="
                    + (user.isEmpty() ? "-" : user) + " id="
                    + id;
        }
    }

    void start() {
        writer.start();
    }

    /** Any thread; never waits. */
    void add(Line line) {
        if (LOG.isInfoEnabled() && !queue.offer(line)) {
            dropped.incrementAndGet();
        }
    }

    private void write() {
        while (!closed || !queue.isEmpty()) {
            try {
                Line line = queue.poll(200, TimeUnit.MILLISECONDS);
                if (line != null) {
                    LOG.info("{}", line);
                }
                long lost = dropped.getAndSet(0);
                if (lost > 0) {
                    LOG.warn("{} lines dropped: the log is slower than the requests", lost);
                }
            } catch (InterruptedException _) {
                closed = true;
            }
        }
    }

    /** Writes what is queued, for two seconds at most. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(2_000);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
