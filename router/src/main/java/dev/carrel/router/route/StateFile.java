/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import dev.carrel.chassis.site.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one file as new as the last change somebody waited for. A thread of its own writes the whole content to a temporary file, forces it to
 * the disk, renames it over the old one and forces the folder: at any instant the file is the old or the new one, whole. Changes that
 * come while it writes share the next write, so many callers at once wait for few writes. Any thread.
 */
final class StateFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final long CLOSE_MILLIS = 5_000;

    private final Path file;
    private final Supplier<byte[]> content;
    private final Thread writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition settled = lock.newCondition();
    private long wanted;
    private long saved;
    private long failed;
    private @Nullable IOException failure;
    private boolean closed;

    /** Writes what {@code content} returns, called on the writer's thread, which must be at least as new as every change announced before. */
    StateFile(Path file, Supplier<byte[]> content) {
        this.file = file;
        this.content = content;
        this.writer =
                Thread.ofPlatform().daemon().name("save-" + file.getFileName()).unstarted(this::run);
    }

    /** What the file holds; empty when there is none. */
    static Optional<byte[]> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Puts a file that cannot be understood aside, so that nothing is lost and we can go on; returns its new place. */
    static Path setAside(Path file, long stamp) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".unreadable-" + stamp);
        Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        return aside;
    }

    /** Starts the writer. Makes the folder, for our eyes only, when there is none. */
    void start() throws IOException {
        Path folder = folder();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        writer.start();
    }

    /** Announces a change and waits until it is on the disk; throws why it is not, or after the given time. */
    void save(Duration atMost) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            long mine = ++wanted;
            changed.signal();
            long left = atMost.toNanos();
            while (saved < mine && failed < mine) {
                if (left <= 0 || closed) {
                    throw new IOException(file + ": not written within " + atMost);
                }
                left = settled.awaitNanos(left);
            }
            if (saved < mine) {
                throw new IOException(file + " cannot be written", failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Why the last write failed; empty when it did not. */
    Optional<String> fault() {
        lock.lock();
        try {
            return Optional.ofNullable(failure).map(e -> file + " cannot be written: " + e);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            long version;
            lock.lock();
            try {
                while (saved == wanted && !closed) {
                    changed.awaitUninterruptibly();
                }
                if (saved == wanted || closed && failure != null) {
                    return;
                }
                version = wanted;
            } finally {
                lock.unlock();
            }
            attempt(version);
        }
    }

    private void attempt(long version) {
        try {
            PrivateFile.replace(file, content.get());
            settle(version, null);
        } catch (IOException e) {
            LOG.error("{} cannot be written and will be tried again: {}", file, e.toString());
            settle(version, e);
        } catch (RuntimeException e) {
            LOG.error("{} cannot be written and will be tried again", file, e);
            settle(version, new IOException(e));
        }
    }

    private void settle(long version, @Nullable IOException outcome) {
        lock.lock();
        try {
            failure = outcome;
            if (outcome == null) {
                saved = version;
            } else {
                failed = version;
            }
            settled.signalAll();
            // A new change tries again at once, else after a while: a full disk may have been emptied.
            long left = outcome == null ? 0 : RETRY.toNanos();
            while (left > 0 && !closed && wanted == version) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private Path folder() {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException(file + " (expected: a file in a folder)");
        }
        return folder;
    }

    /** Writes what is still to be written, and ends the writer. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            settled.signalAll();
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
