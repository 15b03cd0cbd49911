/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line per request to the logger {@code access}, written by a thread of its own: event loops hand lines over and never wait for a log file. When
 * that thread falls behind by {@link #QUEUE} lines, further lines are dropped and their number is told. Queries are never logged, for they
 * may hold secrets; what a client chose is escaped and cut, so one request is one line.
 */
final class AccessLog implements AutoCloseable {
    static final int QUEUE = 8192;

    private static final Logger LOG = LoggerFactory.getLogger("access");
    private static final int MAX_PATH = 512;
    private static final int MAX_WORD = 128;

    private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer;
    private volatile boolean closed;

    /** What a line is made of. */
    record Entry(
            String remote,
            String method,
            String path,
            int status,
            long bytes,
            String id,
            String user,
            Passport passport) {

        String line() {
            return Printable.of(remote, MAX_WORD) + " " + Printable.of(method, 32) + " " + Printable.of(path, MAX_PATH)
                    + " "
                    + status + " " + bytes + "B " + String.format(Locale.ROOT, "%.1fms", passport.millis()) + " id="
                    + Printable.of(id, MAX_WORD) + " user=" + word(user) + " passport=" + passport;
        }

        /** A user name may hold blanks; a word of the line may not. */
        private static String word(String text) {
            return text.isEmpty() ? "-" : Printable.of(text, MAX_WORD).replace(" ", "\\u0020");
        }
    }

    AccessLog() {
        writer = Thread.ofPlatform().daemon().name("access-log").unstarted(this::write);
    }

    void start() {
        writer.start();
    }

    /** Any thread; never waits. */
    void add(Entry entry) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        if (!queue.offer(entry)) {
            dropped.incrementAndGet();
        }
    }

    private void write() {
        while (!closed || !queue.isEmpty()) {
            try {
                Entry entry = queue.poll(200, TimeUnit.MILLISECONDS);
                if (entry != null) {
                    LOG.info("{}", entry.line());
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

    /** Writes what is queued, for five seconds at most. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(5_000);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
