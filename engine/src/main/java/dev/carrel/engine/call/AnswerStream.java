/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer on its way from the worker to the client. The worker may send as many pieces as it was allowed, and is allowed more as the client takes
 * them, so no more than {@link #WINDOW} pieces and the first are ever held here. One thread reads; any thread adds.
 */
final class AnswerStream {
    /** Pieces that a worker may send ahead of the client. */
    static final int WINDOW = 16;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
    private final IntConsumer allow;
    private final int most;
    private boolean ended;
    private @Nullable String error;

    /**
     * @param first what came with the head; may be empty
     * @param allow lets the worker send so many more pieces; must not block
     */
    AnswerStream(byte[] first, IntConsumer allow) {
        this.allow = allow;
        most = first.length > 0 ? WINDOW + 1 : WINDOW;
        if (first.length > 0) {
            pieces.add(first);
        }
    }

    /** Adds a piece; false when the worker sends more than it may: then the stream is broken. */
    boolean offer(byte[] piece) {
        lock.lock();
        try {
            if (ended) {
                return true;
            }
            if (pieces.size() >= most) {
                end("the worker sent more than it was allowed");
                return false;
            }
            pieces.add(piece);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * There is no more.
     *
     * @param why null for a good end
     */
    void finish(@Nullable String why) {
        lock.lock();
        try {
            if (!ended) {
                end(why);
            }
        } finally {
            lock.unlock();
        }
    }

    private void end(@Nullable String why) {
        ended = true;
        error = why;
        changed.signal();
    }

    /**
     * Passes on all pieces as they come, each at once. Blocks until the end, which somebody brings about at the call's deadline at the latest.
     *
     * @return null after a good end, else why it broke off
     * @throws IOException when the client cannot be written to
     */
    @Nullable
    String copyTo(OutputStream out) throws IOException, InterruptedException {
        allow.accept(WINDOW);
        int taken = 0;
        while (true) {
            byte[] piece;
            lock.lockInterruptibly();
            try {
                while (pieces.isEmpty() && !ended) {
                    changed.await();
                }
                piece = pieces.poll();
                if (piece == null) {
                    return error;
                }
            } finally {
                lock.unlock();
            }
            out.write(piece);
            out.flush();
            // In halves: one message for several pieces.
            if (++taken == WINDOW / 2) {
                taken = 0;
                allow.accept(WINDOW / 2);
            }
        }
    }
}
