/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.SessionAddress;
import java.util.List;
import java.util.Optional;

/** Keeps the named ports of sessions. Every method is one transaction; thread-safe; throws unchecked when the database does not answer. */
public interface PortStore {
    /**
     * Opens a port, or changes the one of that name, whose time of opening stays.
     *
     * @return the one of before; empty when it is new
     */
    Optional<SessionPort> put(SessionPort port);

    /** Closes a port; whether there was one. */
    boolean remove(PortAddress address);

    /** Closes every port of a session. */
    void removeAll(SessionAddress session);

    /** One port. */
    Optional<SessionPort> find(PortAddress address);

    /** Those of a session, by name. */
    List<SessionPort> of(SessionAddress session);

    /** All there are. */
    List<SessionPort> all();
}
