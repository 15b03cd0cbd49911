/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data folder that lasts as long as the process. One that a killed process left behind is removed by the next: whoever lives holds a lock on a file of his
 * folder.
 */
final class TemporaryData implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryData.class);
    private static final String PREFIX = "carrel-router-";
    private static final String LOCK = "lock";
    private static final int PATIENCE_SECONDS = 10;

    private final Path root;
    private final FileChannel lock;
    private final CountDownLatch removed = new CountDownLatch(1);

    private TemporaryData(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /** Makes one that only this user can look into, after removing those of dead processes. */
    static TemporaryData make() throws IOException {
        sweep(Path.of(System.getProperty("java.io.tmpdir")));
        Path root = Files.createTempDirectory(PREFIX);
        FileChannel lock =
                FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            throw new IOException(root + ": somebody else has locked it");
        }
        TemporaryData made = new TemporaryData(root, lock);
        Runtime.getRuntime().addShutdownHook(new Thread(made::awaitClose, "temporary-data"));
        return made;
    }

    DataFolder folder() {
        return new DataFolder(root);
    }

    /** Removes what dead processes of this user left; whatever is not surely that stays. */
    static void sweep(Path folder) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path one : left) {
                if (ours(one) && dead(one.resolve(LOCK))) {
                    remove(one);
                }
            }
        } catch (IOException e) {
            LOG.debug("looking for what dead processes left in {}", folder, e);
        }
    }

    private static boolean ours(Path one) throws IOException {
        return Files.isDirectory(one, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(one, LinkOption.NOFOLLOW_LINKS)
                        .equals(Files.getOwner(Path.of("/proc/self"), LinkOption.NOFOLLOW_LINKS));
    }

    private static boolean dead(Path lock) {
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock held = channel.tryLock()) {
            return held != null;
        } catch (IOException | java.nio.channels.OverlappingFileLockException _) {
            return false;
        }
    }

    /** On SIGTERM the process would be gone before its owner, who waits for what still writes there, has closed this. */
    private void awaitClose() {
        try {
            if (!removed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                close();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            remove(root);
            lock.close();
        } catch (IOException e) {
            System.err.println("carrel router: " + root + " could not be removed: " + e);
        } finally {
            removed.countDown();
        }
    }

    private static void remove(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                // Two may remove at once.
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                    Path folder, java.io.@org.jspecify.annotations.Nullable IOException failure) throws IOException {
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
