/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import java.util.List;
import java.util.Optional;

/** Keeps sessions and homes. Every method is one transaction; thread-safe; throws unchecked when the database does not answer. */
public interface SessionStore {
    /**
     * Adds a session unless its address has a living one; takes the place of an ended one.
     *
     * @return the living session that was in the way, or empty when it was added
     */
    Optional<Session> insert(Session session);

    /**
     * Replaces a session if its stored version is still {@code session.version() - 1}. One that ends by it is noted among {@link #unaccounted},
     * all or nothing.
     *
     * @return whether it was replaced
     */
    boolean update(Session session);

    /**
     * Deletes the session of an address unless it lives.
     *
     * @return whether it did not live
     */
    boolean remove(SessionAddress address);

    /** The session with this id; empty when a later one has taken its place. */
    Optional<Session> find(SessionId id);

    /** The latest session of an address. */
    Optional<Session> latest(SessionAddress address);

    /** The latest session of every server of a user. */
    List<Session> latest(UserName user);

    /** The latest session of every address. */
    List<Session> latest();

    /** Every session that is not stopped or failed. */
    List<Session> living();

    /** Those that have ended and were not yet {@link #accounted}, in the order of their ends; deleting a session or an account leaves them. */
    List<EndedSession> unaccounted(int limit);

    /** Account was taken of a session that has ended. */
    void accounted(SessionId id);

    /** The home of a user: made up at the first call, the same for ever after. */
    VolumeId home(UserName user);

    /** Forgets what was noted of ends before a moment and of which account was never taken; how many. */
    int prune(java.time.Instant before);
}
