/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import java.util.Locale;
import java.util.Optional;

/** What the engine last said of a session. */
public enum SessionState {
    /** On its way up. */
    STARTING,
    /** Serving. */
    READY,
    /** On its way down. */
    STOPPING,
    /** Not there, by intention. */
    STOPPED,
    /** Not there, by accident. */
    FAILED;

    /** In lower case, as in JSON. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<SessionState> of(String label) {
        for (SessionState state : values()) {
            if (state.label().equals(label)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
