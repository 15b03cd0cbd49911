/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.router.decide.Decision.Forward;
import dev.carrel.router.decide.PortPassage;
import dev.carrel.router.route.PortRoute;
import dev.carrel.router.route.Route;
import dev.carrel.router.route.RouteTable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The WebSockets that are open, so that signing out ends them, too, and closing a named port or no longer sharing it. Any thread. */
final class OpenSockets {
    private final Set<Relay> open = ConcurrentHashMap.newKeySet();
    private final Map<Relay, Forward> toPorts = new ConcurrentHashMap<>();
    private final RouteTable table;

    OpenSockets(RouteTable table) {
        this.table = table;
        // The change is in the table already; most have nothing to do with ports.
        table.onChange(_ -> toPorts.forEach(this::closeIfShut));
    }

    void add(Relay relay, Forward by) {
        open.add(relay);
        if (by.port() != null) {
            toPorts.put(relay, by);
            // It may have been shut after the decision and before we could know of this one.
            closeIfShut(relay, by);
        }
    }

    void remove(Relay relay) {
        open.remove(relay);
        toPorts.remove(relay);
    }

    int size() {
        return open.size();
    }

    /** Closes those that were opened by such claims. */
    void closeIf(Predicate<Claims> ended) {
        for (Relay relay : open) {
            if (relay.claims().filter(ended).isPresent()) {
                relay.close();
            }
        }
    }

    void closeAll() {
        open.forEach(Relay::close);
    }

    private void closeIfShut(Relay relay, Forward by) {
        PortPassage passage = by.port();
        Route route = by.route();
        if (passage == null || route == null) {
            return;
        }
        PortRoute then = passage.port();
        Optional<PortRoute> now = table.get(route.path())
                .flatMap(Route::session)
                .flatMap(session -> session.port(then.address().name().value()));
        boolean same = now.filter(port -> port.port() == then.port()).isPresent();
        // Whoever came by another right than sharing keeps it.
        boolean takenBack = by.user().filter(then::admits).isPresent()
                && now.flatMap(port -> by.user().filter(port::admits)).isEmpty();
        if (!same || takenBack) {
            relay.close();
        }
    }
}
