/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import java.util.Locale;
import java.util.Set;

/**
 * The states of a session and the only ways between them.
 *
 * <pre>
 * PENDING  → STARTING | STOPPING | FAILED
 * STARTING → READY | STOPPING | FAILED
 * READY    → STOPPING | FAILED | STOPPED
 * STOPPING → STOPPED | FAILED
 * STOPPED, FAILED: the end; a new start is a new session
 * </pre>
 */
public enum SessionState {
    /** Asked for, nothing done yet. */
    PENDING,
    /** A container is being made or its server does not answer yet. */
    STARTING,
    /** Reachable. */
    READY,
    /** Asked to stop. */
    STOPPING,
    /** Ended as asked or by itself with success; the reason tells. */
    STOPPED,
    /** Ended against the person's will; the reason and the last log lines tell. */
    FAILED;

    /** Whether this state may follow. */
    public boolean allows(SessionState next) {
        return next(this).contains(next);
    }

    /** Whether a container may exist for it. */
    public boolean live() {
        return this != STOPPED && this != FAILED;
    }

    /** In lower case, as in JSON and in the database. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static Set<SessionState> next(SessionState from) {
        return switch (from) {
            case PENDING -> Set.of(STARTING, STOPPING, FAILED);
            case STARTING -> Set.of(READY, STOPPING, FAILED);
            case READY -> Set.of(STOPPING, FAILED, STOPPED);
            case STOPPING -> Set.of(STOPPED, FAILED);
            case STOPPED, FAILED -> Set.of();
        };
    }
}
