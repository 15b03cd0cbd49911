/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import java.nio.file.Path;
import java.util.Optional;

/**
 * All that the manager may do.
 *
 * @param file where it was read from, for messages
 */
public record Policy(
        Path file,
        ImagePolicy images,
        LimitPolicy limits,
        WorkerPolicy workers,
        NetworkPolicy network,
        DockerPolicy docker) {

    /** The allowed image of this name. */
    public Optional<AllowedImage> image(String name) {
        return images.allow().stream().filter(i -> i.name().equals(name)).findFirst();
    }

    /** The most a session or worker of this image may use: its own limits, and the general ones where it has none. */
    public Ceiling ceiling(AllowedImage image) {
        return new Ceiling(
                image.memory().bytes() > 0
                        ? image.memory().bytes()
                        : limits.memory().bytes(),
                MilliCpus.parse(image.cpus().isEmpty() ? limits.cpus() : image.cpus()),
                image.pids() > 0 ? image.pids() : limits.pids());
    }

    /** What a worker of this image gets when nothing is asked for: never more than the image's ceiling. */
    public Ceiling usualOfWorkers(AllowedImage image) {
        Ceiling most = ceiling(image);
        return new Ceiling(
                Math.min(workers.memory().bytes(), most.memoryBytes()),
                Math.min(MilliCpus.parse(workers.cpus()), most.milliCpus()),
                Math.min(workers.pids(), most.pids()));
    }

    /**
     * What a session or worker may use.
     *
     * @param memoryBytes memory and swap together
     * @param milliCpus thousandths of a core
     * @param pids processes and threads
     */
    public record Ceiling(long memoryBytes, int milliCpus, int pids) {}
}
