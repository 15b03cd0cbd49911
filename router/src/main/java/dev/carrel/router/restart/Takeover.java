/* Copyright the Carrel authors. */
package dev.carrel.router.restart;

import dev.carrel.chassis.site.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of another router process of this installation, taken by this one: before it starts it asks the other to give up the files and the ports that
 * only one can have, and when it serves it says so. Until then the other serves on, and if this one fails, the next may try. One thread.
 */
public final class Takeover {
    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);
    /** Longer than a control API takes to finish and a hundred thousand routes to be written. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final @Nullable Wire other;

    private Takeover(@Nullable Wire other) {
        this.other = other;
    }

    /** Nobody is there: this router has the place to itself. */
    public static Takeover none() {
        return new Takeover(null);
    }

    static Path socket(DataFolder data) {
        return data.router().resolve("handover.sock");
    }

    /**
     * Asks the router that runs with this folder, if there is one, for its place; waits until it has given up what only one can have.
     *
     * @throws IOException when there is one and it does not
     */
    public static Takeover begin(DataFolder data) throws IOException {
        Path socket = socket(data);
        Wire other;
        try {
            if (!Files.exists(socket)) {
                return none();
            }
            other = Wire.to(socket);
        } catch (IOException _) {
            // Left behind by one that was killed.
            return none();
        }
        try {
            other.send(Wire.TAKE_OVER);
            String answer = other.receive(PATIENCE);
            if (!answer.equals(Wire.RELEASED)) {
                throw new IOException(answer);
            }
            LOG.info("taking the place of the router that runs; it finishes what it has begun");
            return new Takeover(other);
        } catch (IOException e) {
            other.close();
            throw new IOException(
                    "the router that runs with " + data.root() + " did not give up its place: " + e.getMessage(), e);
        }
    }

    /** Whether another process still listens on the public port. */
    public boolean underWay() {
        return other != null;
    }

    /** This one serves: the other may stop listening. */
    void serving() throws IOException {
        if (other != null) {
            try (other) {
                other.send(Wire.SERVING);
            }
        }
    }
}
