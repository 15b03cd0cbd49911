/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings changes to a {@link Journal} in the order in which they are announced, all that came while the last were written in one go: a disk that
 * confirms two hundred times a second still keeps many thousand changes. What waits is no more than what its callers wait for. A thread of its
 * own; any thread.
 */
final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final long CLOSE_MILLIS = 10_000;

    private final Journal journal;
    private final Thread writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition settled = lock.newCondition();
    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private long announced;
    private long saved;
    private long failed;
    private @Nullable IOException failure;
    private boolean closed;
    private boolean ended;

    /** Where changes are kept. Called on one thread. */
    interface Journal {
        /**
         * Keeps changes; returns when they are on the disk. After it has thrown it is called again, with later changes or none, and must then
         * keep the lost ones as well.
         */
        void commit(byte[] changes) throws IOException;

        /** Nothing more comes. */
        void close() throws IOException;
    }

    GroupCommit(String name, Journal journal) {
        this.journal = journal;
        this.writer = Thread.ofPlatform().daemon().name("save-" + name).unstarted(this::run);
    }

    void start() {
        writer.start();
    }

    /** Announces a change; whoever does so decides by it which of two comes first. Returns its number. Never waits for the disk. */
    long add(byte[] change) {
        lock.lock();
        try {
            waiting.writeBytes(change);
            changed.signal();
            return ++announced;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a change is on the disk; throws why it is not, or after the given time. */
    void await(long number, Duration atMost) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = atMost.toNanos();
            while (saved < number && failed < number) {
                if (left <= 0 || ended) {
                    throw new IOException("not written within " + atMost);
                }
                left = settled.awaitNanos(left);
            }
            if (saved < number) {
                throw new IOException(
                        failure == null ? "cannot be written" : String.valueOf(failure.getMessage()), failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Why the last write failed; empty when it did not. */
    Optional<String> fault() {
        lock.lock();
        try {
            return Optional.ofNullable(failure).map(e -> String.valueOf(e.getMessage()));
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            long number;
            byte[] changes;
            lock.lock();
            try {
                while (saved == announced && !closed) {
                    changed.awaitUninterruptibly();
                }
                if (saved == announced || closed && failure != null) {
                    break;
                }
                number = announced;
                changes = waiting.toByteArray();
                waiting = new ByteArrayOutputStream();
            } finally {
                lock.unlock();
            }
            attempt(number, changes);
        }
        try {
            journal.close();
        } catch (IOException e) {
            LOG.error("closing failed: {}", e.getMessage(), e);
        }
        lock.lock();
        try {
            ended = true;
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void attempt(long number, byte[] changes) {
        try {
            journal.commit(changes);
            settle(number, null);
        } catch (IOException e) {
            LOG.error("{}; it will be tried again", e.getMessage());
            settle(number, e);
        } catch (RuntimeException e) {
            LOG.error("changes cannot be kept and will be tried again", e);
            settle(number, new IOException("changes cannot be kept: " + e, e));
        }
    }

    private void settle(long number, @Nullable IOException outcome) {
        lock.lock();
        try {
            failure = outcome;
            if (outcome == null) {
                saved = number;
            } else {
                failed = number;
            }
            settled.signalAll();
            // A new change tries again at once, else after a while: a full disk may have been emptied.
            long left = outcome == null ? 0 : RETRY.toNanos();
            while (left > 0 && !closed && announced == number) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is still to be written, and ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            writer.join(CLOSE_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
