/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server as pages show it.
 *
 * @param user whose
 * @param server its name; empty for the default one
 * @param image it was last started with; empty when unknown
 * @param since when the state began
 * @param reason why it ended, one sentence; empty while it lives
 * @param logTail last lines of its output when it failed
 */
public record ServerCard(
        String user,
        String server,
        ServerState state,
        String image,
        @Nullable Moment since,
        String reason,
        List<String> logTail) {
    /** Copies the list. */
    public ServerCard {
        logTail = List.copyOf(logTail);
    }
}
