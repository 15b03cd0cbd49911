/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.decide.Ask;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Error pages of a folder, read anew each time so that they can be changed: {@code 503.html} or else {@code error.html}. */
final class ErrorFolder extends ErrorPages {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorFolder.class);

    private final Path folder;
    private final Semaphore free = new Semaphore(AT_ONCE);

    /**
     * The folder must be there.
     *
     * @throws IllegalArgumentException when it is not
     */
    ErrorFolder(String folder) {
        this.folder = Path.of(folder);
        if (!Files.isDirectory(this.folder)) {
            throw new IllegalArgumentException(
                    "proxy.error-path: " + folder + " (expected: a folder with error.html or pages as 503.html)");
        }
    }

    @Override
    void find(int status, Ask ask, EventLoop loop, Consumer<Optional<Page>> then) {
        if (!free.tryAcquire()) {
            then.accept(Optional.empty());
            return;
        }
        Thread.ofVirtual().name("error-page").start(() -> {
            Optional<Page> page;
            try {
                page = read(status + ".html").or(() -> read("error.html"));
            } finally {
                free.release();
            }
            try {
                loop.execute(() -> then.accept(page));
            } catch (RejectedExecutionException _) {
                // The loops have stopped, and with them the connection that wanted it.
            }
        });
    }

    private Optional<Page> read(String name) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] body = in.readNBytes(LARGEST + 1);
            if (body.length > LARGEST) {
                LOG.warn("{} is larger than {} bytes and is not shown", file, LARGEST);
                return Optional.empty();
            }
            return Optional.of(new Page("text/html", null, body));
        } catch (IOException e) {
            LOG.warn("{} cannot be read and is not shown: {}", file, e.toString());
            return Optional.empty();
        }
    }
}
