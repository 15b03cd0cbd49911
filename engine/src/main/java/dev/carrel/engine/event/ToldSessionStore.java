/* Copyright the Carrel authors. */
package dev.carrel.engine.event;

import dev.carrel.engine.session.EndedSession;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A session store that tells of every change of state once it is stored. */
final class ToldSessionStore implements SessionStore {
    private final SessionStore store;
    private final Events events;

    ToldSessionStore(SessionStore store, Events events) {
        this.store = store;
        this.events = events;
    }

    @Override
    public Optional<Session> insert(Session session) {
        Optional<Session> inTheWay = store.insert(session);
        if (inTheWay.isEmpty()) {
            events.publish(session);
        }
        return inTheWay;
    }

    @Override
    public boolean update(Session session) {
        Optional<SessionState> before = store.find(session.id()).map(Session::state);
        boolean updated = store.update(session);
        // Whoever changed it in between has changed its version, so what was read is what is replaced.
        if (updated && !before.equals(Optional.of(session.state()))) {
            events.publish(session);
        }
        return updated;
    }

    @Override
    public boolean remove(SessionAddress address) {
        return store.remove(address);
    }

    @Override
    public Optional<Session> find(SessionId id) {
        return store.find(id);
    }

    @Override
    public Optional<Session> latest(SessionAddress address) {
        return store.latest(address);
    }

    @Override
    public List<Session> latest(UserName user) {
        return store.latest(user);
    }

    @Override
    public List<Session> latest() {
        return store.latest();
    }

    @Override
    public List<Session> living() {
        return store.living();
    }

    @Override
    public List<EndedSession> unaccounted(int limit) {
        return store.unaccounted(limit);
    }

    @Override
    public void accounted(SessionId id) {
        store.accounted(id);
    }

    @Override
    public VolumeId home(UserName user) {
        return store.home(user);
    }

    @Override
    public int prune(Instant before) {
        return store.prune(before);
    }
}
