/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A session that has ended and of which account is still to be taken.
 *
 * @param readyAt when it became reachable; null when it never did
 * @param failed whether it ended otherwise than it should
 */
public record EndedSession(
        SessionId id,
        SessionAddress address,
        String image,
        Instant createdAt,
        @Nullable Instant readyAt,
        Instant endedAt,
        boolean failed) {}
