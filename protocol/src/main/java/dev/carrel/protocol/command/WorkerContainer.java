/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

import dev.carrel.protocol.name.WorkerId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the manager sees of a worker's container.
 *
 * @param worker from the container's label
 * @param containerId Docker's id
 * @param image the policy's name of its image
 * @param running whether its first process lives
 * @param startedAt when Docker started it; null when it never ran
 * @param exitCode null while it runs
 * @param oomKilled whether the kernel ended it for want of memory
 */
public record WorkerContainer(
        WorkerId worker,
        String containerId,
        String image,
        boolean running,
        @Nullable Instant startedAt,
        @Nullable Integer exitCode,
        boolean oomKilled) {}
