/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.protocol.signed.Claims;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The WebSockets that are open, so that signing out ends them, too. Any thread. */
final class OpenSockets {
    private final Set<Relay> open = ConcurrentHashMap.newKeySet();

    void add(Relay relay) {
        open.add(relay);
    }

    void remove(Relay relay) {
        open.remove(relay);
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
}
