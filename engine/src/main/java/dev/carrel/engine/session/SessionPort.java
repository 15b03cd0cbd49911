/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;

/**
 * A port of a session that is open under a name. It belongs to the server, not to one start of it.
 *
 * @param address whose, of which server, under which name
 * @param port on which an application in the session listens
 * @param shares who may use it besides its owner, in order; never the owner
 * @param created when it was first opened
 */
public record SessionPort(PortAddress address, int port, List<UserName> shares, Instant created) {
    /** Copies the list. */
    public SessionPort {
        shares = List.copyOf(shares);
    }

    /** Whether somebody may use it. */
    public boolean admits(UserName user) {
        return address.session().user().equals(user) || shares.contains(user);
    }
}
