/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

import dev.carrel.protocol.name.SessionId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the manager sees of a session's container.
 *
 * @param session from the container's label
 * @param containerId Docker's id
 * @param running whether its first process lives
 * @param address where its server listens, reachable from this host only; null unless running
 * @param port the port at that address
 * @param startedAt when Docker started it; null when it never ran
 * @param exitCode null while it runs
 * @param oomKilled whether the kernel ended it for want of memory
 */
public record SessionContainer(
        SessionId session,
        String containerId,
        boolean running,
        @Nullable String address,
        int port,
        @Nullable Instant startedAt,
        @Nullable Integer exitCode,
        boolean oomKilled) {}
