/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.SessionId;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** When programs said by the API that sessions were used. Known to this process only. Thread-safe. */
final class ReportedUse {
    private final Map<SessionId, Instant> latest = new ConcurrentHashMap<>();

    void note(SessionId session, Instant at) {
        latest.merge(session, at, (a, b) -> a.isAfter(b) ? a : b);
    }

    Optional<Instant> of(SessionId session) {
        return Optional.ofNullable(latest.get(session));
    }

    /** Forgets all other sessions. */
    void keepOnly(Collection<SessionId> sessions) {
        latest.keySet().retainAll(sessions);
    }
}
