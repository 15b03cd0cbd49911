/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import java.time.Instant;

/**
 * When a session is to end, unless something happens.
 *
 * @param why it will
 * @param warning one sentence for those who have it open
 * @param at when, to the millisecond
 * @param told since when its people are told so, to the millisecond
 */
public record PlannedEnd(Reason why, String warning, Instant at, Instant told) {
    /** Whether using the session puts it off. */
    public boolean keepable() {
        return why.code() == Reason.Code.IDLE;
    }
}
