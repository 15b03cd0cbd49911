/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import java.nio.file.Path;
import java.util.Optional;

/**
 * All that the manager may do.
 *
 * @param file where it was read from, for messages
 */
public record Policy(Path file, ImagePolicy images, LimitPolicy limits, NetworkPolicy network, DockerPolicy docker) {

    /** The allowed image of this name. */
    public Optional<AllowedImage> image(String name) {
        return images.allow().stream().filter(i -> i.name().equals(name)).findFirst();
    }

    /** The most a session of this image may use: its own limits, and the general ones where it has none. */
    public Ceiling ceiling(AllowedImage image) {
        return new Ceiling(
                image.memory().bytes() > 0
                        ? image.memory().bytes()
                        : limits.memory().bytes(),
                MilliCpus.parse(image.cpus().isEmpty() ? limits.cpus() : image.cpus()),
                image.pids() > 0 ? image.pids() : limits.pids());
    }

    /**
     * The most a session may use.
     *
     * @param memoryBytes memory and swap together
     * @param milliCpus thousandths of a core
     * @param pids processes and threads
     */
    public record Ceiling(long memoryBytes, int milliCpus, int pids) {}
}
