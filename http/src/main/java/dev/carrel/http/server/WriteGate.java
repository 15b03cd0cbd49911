/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Holds back the thread that writes an answer while the client is slow to take it. The event loop opens, one other thread waits. */
final class WriteGate {
    private final Channel channel;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    WriteGate(Channel channel, Duration patience) {
        this.channel = channel;
        this.patience = patience;
    }

    /** Event loop: the connection became writable, or closed. */
    void changed() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns once there is room for more.
     *
     * @throws ClientGoneException when the connection is closed, or did not take anything for too long
     */
    void await() throws ClientGoneException, InterruptedException {
        if (channel.isActive() && channel.isWritable()) {
            return;
        }
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (channel.isActive() && !channel.isWritable()) {
                if (left <= 0) {
                    channel.close();
                    throw new ClientGoneException("the client took nothing for " + patience);
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        if (!channel.isActive()) {
            throw new ClientGoneException("the client closed the connection");
        }
    }
}
