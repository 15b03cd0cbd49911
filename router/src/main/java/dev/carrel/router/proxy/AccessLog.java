/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.chassis.log.MoreLines;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line a request to the logger {@code access}, written by a thread of its own: event loops hand lines over and never wait for a log file, nor wake
 * anybody, which would cost them more than the line. That thread looks for lines by itself, twenty times a second. Past {@link #QUEUE}
 * waiting lines further ones are dropped and their number is told. Where machines read the log, a line has the same as fields. No query is ever logged: it
 * may hold a ticket.
 */
final class AccessLog implements AutoCloseable {
    static final int QUEUE = 8192;

    private static final Logger LOG = LoggerFactory.getLogger("access");
    private static final int MAX_PATH = 512;
    private static final int BATCH = 256;
    private static final long PAUSE_NANOS = 50_000_000;

    private final BlockingQueue<Line> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().daemon().name("access-log").unstarted(this::write);
    private final boolean fields;
    private volatile boolean closed;

    /**
     * Writes nothing before {@link #start}.
     *
     * @param fields whether the log has them
     */
    AccessLog(boolean fields) {
        this.fields = fields;
    }

    /**
     * What a line says. The codec has refused everything that could break a line, but for user names, which may hold other letters.
     *
     * @param target as sent; its query is cut off here
     * @param status of the answer; 0 when the client went before it
     * @param passport where the time went; null when nobody wants to know
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
            String id,
            @Nullable Passport passport) {
        private String path() {
            int question = target.indexOf('?');
            String path = question < 0 ? target : target.substring(0, question);
            return path.length() > MAX_PATH ? path.substring(0, MAX_PATH) + "…" : path;
        }

        /** The same as fields; times are milliseconds. */
        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("remote", remote);
            fields.put("method", method);
            fields.put("host", host);
            fields.put("path", path());
            fields.put("status", status);
            fields.put("bytesIn", bytesIn);
            fields.put("bytesOut", bytesOut);
            fields.put("millis", Math.round(millis * 10) / 10.0);
            fields.put("kind", kind);
            fields.put("user", user);
            fields.put("id", id);
            if (passport != null) {
                fields.put("took", passport.times());
            }
            return fields;
        }

        @Override
        public String toString() {
            return remote + " " + method + " " + host + path() + " "
                    + (status == 0 ? "gone" : Integer.toString(status)) + " " + bytesIn + "/" + bytesOut + "B "
                    + tenths(millis) + "ms " + kind + " user="
                    + (user.isEmpty() ? "-" : user) + " id="
                    + id
                    + (passport == null ? "" : " took: " + passport);
        }

        /** With one digit after the point; a formatter would take as long as the rest of the line. */
        private static String tenths(double millis) {
            long tenths = Math.round(millis * 10);
            return tenths / 10 + "." + tenths % 10;
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
        List<Line> lines = new ArrayList<>(BATCH);
        while (!closed || !queue.isEmpty()) {
            queue.drainTo(lines, BATCH);
            for (int at = 0; at < lines.size(); at++) {
                write(lines.get(at), at + 1 < lines.size());
            }
            long lost = dropped.getAndSet(0);
            if (lost > 0) {
                LOG.warn("{} lines dropped: the log is slower than the requests", lost);
            }
            if (lines.size() < BATCH && !closed) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            lines.clear();
        }
    }

    private void write(Line line, boolean moreFollow) {
        if (fields) {
            LoggingEventBuilder event = LOG.atInfo().addKeyValue("request", line.fields());
            (moreFollow ? event.addMarker(MoreLines.FOLLOW) : event).log(line.toString());
        } else if (moreFollow) {
            LOG.info(MoreLines.FOLLOW, line.toString());
        } else {
            LOG.info(line.toString());
        }
    }

    /** Writes what is queued, for two seconds at most. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(writer);
        try {
            writer.join(2_000);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
