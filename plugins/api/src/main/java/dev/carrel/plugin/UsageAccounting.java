/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Instant;
import java.util.Optional;

/**
 * Keeps account of what people have used. Each session that has ended is told by the engine that leads, within seconds, one after the other in the order
 * of their ends; one that was not taken is told again, also after a restart, so nothing is missing and the same session may come twice. What has
 * ended before the first such plugin came is told, too, as far back as the engine remembers ({@code session.keep-ended}).
 */
public non-sealed interface UsageAccounting extends Extension {
    /**
     * Takes the account of a session, whatever it may have taken of that session before; at most 10 s.
     *
     * @throws Exception logged; it is told again a little later, and nothing else before it
     */
    void record(SessionUse use) throws Exception;

    /**
     * A session that has ended.
     *
     * @param session its id
     * @param server the server's name; empty for the default one
     * @param image the image's name in the settings
     * @param created when it was asked for
     * @param ready when it could be used first; empty when it never could
     * @param failed whether it ended otherwise than it should
     */
    record SessionUse(
            String session,
            String user,
            String server,
            String image,
            Instant created,
            Optional<Instant> ready,
            Instant ended,
            boolean failed) {}
}
