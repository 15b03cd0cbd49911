/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.decide.Decision.Forward;
import dev.carrel.router.route.Route;
import dev.carrel.router.route.Target;
import java.util.Optional;

/**
 * Whom a connection leads to: an address, and whose it was when the connection was made. A connection that was opened for one session is never used for
 * another, though both may have had one address.
 *
 * @param session the id of a start; empty for what is no session
 */
record Peer(String session, Target.Via via, String host, int port) {
    static Peer of(Forward forward) {
        return of(Optional.ofNullable(forward.route()), forward.target());
    }

    /** Whom a route leads to; empty while it leads nowhere. */
    static Optional<Peer> of(Route route) {
        return route.target().map(target -> of(Optional.of(route), target));
    }

    private static Peer of(Optional<Route> route, Target target) {
        String session =
                route.flatMap(Route::session).map(found -> found.id().value()).orElse("");
        return new Peer(session, target.via(), target.host(), target.port());
    }
}
