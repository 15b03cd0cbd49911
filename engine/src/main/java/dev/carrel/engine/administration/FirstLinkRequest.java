/* Copyright the Carrel authors. */
package dev.carrel.engine.administration;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How {@code carrel up} gets the first administrator's link from an engine that starts, which has the database open already: the operator leaves a name
 * in {@code run/}, where the engine cannot write, and the engine leaves the link's path, or nothing when none is due, in its own folder.
 */
public final class FirstLinkRequest implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(FirstLinkRequest.class);
    private final FirstAdministrator first;
    private final DataFolder data;

    @Inject
    FirstLinkRequest(FirstAdministrator first, DataFolder data) {
        this.first = first;
        this.data = data;
    }

    private static Path request(DataFolder data) {
        return data.run().resolve("first-administrator");
    }

    private static Path answer(DataFolder data) {
        return data.engine().resolve("first-link");
    }

    /** Asks the engine that is started next. */
    public static void ask(DataFolder data, String name) throws IOException {
        Files.deleteIfExists(answer(data));
        Files.writeString(request(data), name);
        // Whatever the operator's umask is, the engine's user reads it.
        Files.setPosixFilePermissions(request(data), PosixFilePermissions.fromString("rw-r--r--"));
    }

    /**
     * Takes the answer, and the question back, so that no later start answers it again.
     *
     * @return the link's path, empty text when none is due; empty when the engine has not answered in time
     */
    public static Optional<String> take(DataFolder data, long millis) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!Files.exists(answer(data)) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        Files.deleteIfExists(request(data));
        // The folder is the engine's; who asks may be root, and follows no link of its making.
        if (!Files.isRegularFile(answer(data), LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        String path = Files.readString(answer(data));
        Files.delete(answer(data));
        return path.matches("(/hub/invite/[A-Za-z0-9_-]+)?") ? Optional.of(path) : Optional.empty();
    }

    @Override
    public void start() {
        if (!Files.exists(request(data))) {
            return;
        }
        try {
            UserName name = UserName.of(Files.readString(request(data)).strip());
            Path fresh = answer(data).resolveSibling(".first-link");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, first.link(name).orElse(""));
            Files.move(fresh, answer(data), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException e) {
            LOG.warn("no link was made for the first administrator (carrel up makes one when it is run again)", e);
        }
    }

    @Override
    public void stop() {}
}
