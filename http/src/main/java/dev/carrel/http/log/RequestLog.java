/* Copyright the Carrel authors. */
package dev.carrel.http.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line a request to the logger {@code access}, written by a thread of its own: event loops hand lines over and never wait for a log file, nor wake
 * anybody, which would cost them more than the line. That thread looks for lines by itself, twenty times a second. Past {@link #QUEUE}
 * waiting lines further ones are dropped and their number is told. Where machines read the log, a line has the same as fields.
 *
 * @param <L> what a line is made of
 */
public final class RequestLog<L extends RequestLog.Line> implements AutoCloseable {
    /** So many lines may wait. */
    public static final int QUEUE = 8192;

    /** On a line right after which another one comes, so that it need not be handed to the system by itself. */
    public static final Marker MORE_FOLLOW = MarkerFactory.getMarker("more-lines-follow");

    private static final Logger LOG = LoggerFactory.getLogger("access");
    private static final int BATCH = 256;
    private static final long PAUSE_NANOS = 50_000_000;

    private final BlockingQueue<L> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().daemon().name("access-log").unstarted(this::write);
    private volatile boolean closed;

    /** What is known of one request. Read on the log's thread. */
    public interface Line {
        /** The line, without secrets and line breaks. */
        String text();

        /** The same as fields: numbers, texts, and maps of such. Asked only where fields are written. */
        Map<String, Object> fields();
    }

    /** Writes nothing before {@link #start}. */
    public RequestLog() {}

    /** Begins to write. */
    public void start() {
        writer.start();
    }

    /** Any thread; never waits. */
    public void add(L line) {
        if (LOG.isInfoEnabled() && !queue.offer(line)) {
            dropped.incrementAndGet();
        }
    }

    private void write() {
        List<L> lines = new ArrayList<>(BATCH);
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

    private void write(L line, boolean moreFollow) {
        // Not the overload that asks a Supplier at once.
        Object fields = (Supplier<Object>) line::fields;
        LoggingEventBuilder event = LOG.atInfo().addKeyValue("request", fields);
        (moreFollow ? event.addMarker(MORE_FOLLOW) : event).log(line.text());
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
