/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a session that serves is to end, as its engine says.
 *
 * @param at when
 * @param told since when it is known; whoever uses the session after that keeps it, if that is what it takes
 * @param why code and one sentence for people
 */
public record PlannedEnd(Instant at, Instant told, EndReason why) {
    private static final String IDLE = "idle";

    /** Whether using the session puts it off. */
    public boolean keepable() {
        return why.code().equals(IDLE);
    }

    /** Whether it is still to be told, the session having been used at some moment. */
    boolean stands(Instant used) {
        return !keepable() || !used.isAfter(told);
    }

    /** Reads {@code session.ends}; null for none. */
    static @Nullable PlannedEnd read(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isObject()) {
            throw new IllegalArgumentException("session.ends: " + node.getNodeType() + " (expected: an object)");
        }
        return new PlannedEnd(
                SessionRoute.time(node, "at"),
                SessionRoute.time(node, "told"),
                new EndReason(SessionRoute.text(node, "reasonCode"), SessionRoute.text(node, "reason"), List.of()));
    }
}
