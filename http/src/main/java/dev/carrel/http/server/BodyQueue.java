/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request's body on its way from the event loop to the handler's thread. Bounded: when as much is held as {@link #HIGH} the connection is no
 * longer read, until the handler has taken it down to {@link #LOW}; what arrives above that is at most one read of the socket. The event loop
 * puts, one other thread takes; the lock is held for a few instructions only.
 */
final class BodyQueue {
    static final int HIGH = 128 * 1024;
    static final int LOW = 32 * 1024;

    /** What the queue wants of the connection. Called by either thread, never under the lock. */
    interface Source {
        /** {@link #paused} has changed. The source looks at it on its own thread, so two changes in a row cannot overtake each other. */
        void flowChanged();

        /** The body is about to be read for the first time: send 100 Continue if the client waits for it. */
        void wanted();
    }

    private final Source source;
    private final long limit;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
    private long held;
    private long peakHeld;
    private long received;
    private boolean paused;
    private boolean ended;
    private boolean discarding;
    private boolean wanted;
    private @Nullable Exception failure;
    private @Nullable Stream stream;

    BodyQueue(Source source, long limit, Duration patience) {
        this.source = source;
        this.limit = limit;
        this.patience = patience;
    }

    static HttpFailure tooLarge(long limit) {
        return new HttpFailure(413, "http.too-large", "The body of the request is larger than " + limit + " bytes.");
    }

    /** Event loop: takes over a piece of content. */
    void put(ByteBuf piece) {
        boolean pause = false;
        boolean drop;
        lock.lock();
        try {
            received += piece.readableBytes();
            if (received > limit && failure == null && !discarding) {
                failure = tooLarge(limit);
                releaseAll();
            }
            drop = discarding || failure != null || !piece.isReadable();
            if (!drop) {
                pieces.add(piece);
                held += piece.readableBytes();
                peakHeld = Math.max(peakHeld, held);
                pause = !paused && held >= HIGH;
                paused |= pause;
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
        if (drop) {
            piece.release();
        }
        if (pause) {
            source.flowChanged();
        }
    }

    /** Event loop: there is no more. */
    void end() {
        lock.lock();
        try {
            ended = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The rest will not come, or must not be read. */
    void fail(Exception cause) {
        lock.lock();
        try {
            if (failure == null && !ended) {
                failure = cause;
                releaseAll();
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody will read any more: throws away what is held and what still comes. */
    void discard() {
        boolean resume;
        lock.lock();
        try {
            discarding = true;
            releaseAll();
            resume = paused;
            paused = false;
        } finally {
            lock.unlock();
        }
        if (resume) {
            source.flowChanged();
        }
    }

    /** Whether the client should not be read from at present. */
    boolean paused() {
        lock.lock();
        try {
            return paused;
        } finally {
            lock.unlock();
        }
    }

    long received() {
        lock.lock();
        try {
            return received;
        } finally {
            lock.unlock();
        }
    }

    boolean ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    boolean wasWanted() {
        lock.lock();
        try {
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    long peakHeld() {
        lock.lock();
        try {
            return peakHeld;
        } finally {
            lock.unlock();
        }
    }

    /** Handler's thread, once. */
    InputStream stream() {
        Stream opened = new Stream();
        stream = opened;
        return opened;
    }

    /** Handler's thread, at the end: gives back what a stream left open still holds. */
    void closeStream() {
        if (stream != null) {
            stream.close();
        }
    }

    /** The next piece, to be released by the caller; null at the end. Blocks. */
    private @Nullable ByteBuf take() throws IOException {
        boolean resume = false;
        ByteBuf piece;
        lock.lock();
        try {
            piece = awaitPiece();
            if (piece != null) {
                held -= piece.readableBytes();
                resume = paused && held <= LOW;
                if (resume) {
                    paused = false;
                }
            }
        } finally {
            lock.unlock();
        }
        if (resume) {
            source.flowChanged();
        }
        return piece;
    }

    private @Nullable ByteBuf awaitPiece() throws IOException {
        long left = patience.toNanos();
        while (pieces.isEmpty() && !ended && failure == null) {
            try {
                if (left <= 0) {
                    throw new ClientGoneException("the body of the request stood still for " + patience);
                }
                left = arrived.awaitNanos(left);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new ClientGoneException("interrupted while reading the body of the request");
            }
        }
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        return pieces.poll();
    }

    private void markWanted() {
        boolean first;
        lock.lock();
        try {
            first = !wanted && !ended;
            wanted = true;
        } finally {
            lock.unlock();
        }
        if (first) {
            source.wanted();
        }
    }

    private void releaseAll() {
        pieces.forEach(ByteBuf::release);
        pieces.clear();
        held = 0;
    }

    /** Copies out of one piece at a time, which it owns. */
    private final class Stream extends InputStream {
        private @Nullable ByteBuf current;
        private boolean atEnd;
        private boolean closed;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            java.util.Objects.checkFromIndexSize(offset, length, into.length);
            if (closed) {
                throw new IOException("stream is closed");
            }
            if (length == 0) {
                return 0;
            }
            if (current == null && !atEnd) {
                markWanted();
                current = take();
                atEnd = current == null;
            }
            ByteBuf piece = current;
            if (piece == null) {
                return -1;
            }
            int read = Math.min(length, piece.readableBytes());
            piece.readBytes(into, offset, read);
            if (!piece.isReadable()) {
                piece.release();
                current = null;
            }
            return read;
        }

        @Override
        public int available() {
            return current == null ? 0 : current.readableBytes();
        }

        @Override
        public void close() {
            closed = true;
            if (current != null) {
                current.release();
                current = null;
            }
        }
    }
}
