/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.SessionId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ends that are told at present. Known to this process only: after the end of an engine nothing is told until the next one has found out anew, and then
 * for the whole time of the warning. Thread-safe.
 */
final class PlannedEnds {
    private final Map<SessionId, PlannedEnd> planned = new ConcurrentHashMap<>();

    Optional<PlannedEnd> of(SessionId session) {
        return Optional.ofNullable(planned.get(session));
    }

    void put(SessionId session, PlannedEnd end) {
        planned.put(session, end);
    }

    void remove(SessionId session) {
        planned.remove(session);
    }

    /** Forgets those of all other sessions. */
    void keepOnly(Collection<SessionId> sessions) {
        planned.keySet().retainAll(sessions);
    }

    /** Forgets all. */
    void clear() {
        planned.clear();
    }
}
