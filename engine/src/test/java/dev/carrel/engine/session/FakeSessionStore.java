/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A {@link SessionStore} in memory. */
final class FakeSessionStore implements SessionStore {
    /** Called after the latest sessions were read. */
    volatile Runnable listed = () -> {};

    /** The instances that share it. */
    final FakeInstanceStore instances = new FakeInstanceStore();

    private final Map<SessionId, Session> sessions = new LinkedHashMap<>();
    private final Map<UserName, VolumeId> homes = new HashMap<>();

    /** Puts a session as it is, as a test's starting point. */
    synchronized void put(Session session) {
        sessions.put(session.id(), session);
    }

    synchronized Session get(SessionId id) {
        Session session = sessions.get(id);
        if (session == null) {
            throw new AssertionError("no session " + id);
        }
        return session;
    }

    @Override
    public synchronized Optional<Session> insert(Session session) {
        Optional<Session> living =
                latest(session.address()).filter(s -> s.state().live());
        if (living.isEmpty()) {
            sessions.put(session.id(), session);
        }
        return living;
    }

    @Override
    public synchronized boolean update(Session session) {
        Session stored = sessions.get(session.id());
        if (stored == null || stored.version() != session.version() - 1) {
            return false;
        }
        sessions.put(session.id(), session);
        return true;
    }

    @Override
    public synchronized boolean remove(SessionAddress address) {
        if (latest(address).filter(s -> s.state().live()).isPresent()) {
            return false;
        }
        sessions.values().removeIf(s -> s.address().equals(address));
        return true;
    }

    @Override
    public synchronized Optional<Session> find(SessionId id) {
        return Optional.ofNullable(sessions.get(id));
    }

    @Override
    public synchronized Optional<Session> latest(SessionAddress address) {
        return sessions.values().stream()
                .filter(s -> s.address().equals(address))
                .max(Comparator.comparing(Session::createdAt)
                        .thenComparing(s -> s.state().live()));
    }

    @Override
    public synchronized List<Session> latest(UserName user) {
        return latest().stream().filter(s -> s.address().user().equals(user)).toList();
    }

    @Override
    public List<Session> latest() {
        List<Session> latest = read();
        listed.run();
        return latest;
    }

    private synchronized List<Session> read() {
        return sessions.values().stream()
                .map(Session::address)
                .distinct()
                .map(a -> latest(a).orElseThrow())
                .toList();
    }

    @Override
    public synchronized List<Session> living() {
        return sessions.values().stream().filter(s -> s.state().live()).toList();
    }

    @Override
    public synchronized VolumeId home(UserName user) {
        return homes.computeIfAbsent(user, _ -> VolumeId.random());
    }

    @Override
    public synchronized List<EndedSession> unaccounted(int limit) {
        return List.of();
    }

    @Override
    public synchronized void accounted(SessionId id) {}

    @Override
    public synchronized int prune(Instant before) {
        return 0;
    }
}
