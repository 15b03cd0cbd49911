/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.session.Session;
import java.util.Optional;

/**
 * Where a person belongs who wants into a session. The one place that decides it: every page about one session asks here and sends elsewhere
 * whoever is wrong with it, so two pages can never send a person back and forth.
 */
enum Way {
    /** Ready: through the door. */
    ENTER,
    /** On its way up or down: watch. */
    WAIT,
    /** Not running: the page with the Start button. */
    START;

    static Way of(Optional<Session> session) {
        if (session.isEmpty()) {
            return START;
        }
        return switch (session.get().state()) {
            case READY -> ENTER;
            case PENDING, STARTING, STOPPING -> WAIT;
            case STOPPED, FAILED -> START;
        };
    }

    /** The page of this way for a session. */
    String path(Place place) {
        return switch (this) {
            case ENTER -> place.enter();
            case WAIT -> place.pending();
            case START -> place.spawn();
        };
    }
}
