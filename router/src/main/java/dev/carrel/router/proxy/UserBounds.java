/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.protocol.signed.Claims;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what one person has under way over all their connections, sessions and tokens: requests, and WebSockets, each by a bound of its own. Who is over
 * it is refused, and nobody else notices. A person is the subject of the claims by whose right a request is passed on; where none is needed nothing is
 * counted. Any thread; never blocks.
 */
final class UserBounds {
    private final int maxRequests;
    private final int maxSockets;
    private final Map<String, Integer> requests = new ConcurrentHashMap<>();
    private final Map<String, Integer> sockets = new ConcurrentHashMap<>();
    private final AtomicLong refused = new AtomicLong();

    /** The right to have one more under way, until it is given back. Event loop of its connection only. */
    static final class Place {
        /** Of those who are not counted. */
        static final Place UNCOUNTED = new Place(Map.of(), "");

        private final Map<String, Integer> counts;
        private final String user;
        private boolean held;

        private Place(Map<String, Integer> counts, String user) {
            this.counts = counts;
            this.user = user;
            this.held = !user.isEmpty();
        }

        /** Gives it back; again changes nothing. */
        void leave() {
            if (held) {
                held = false;
                decrement(counts, user);
            }
        }
    }

    UserBounds(int maxRequests, int maxSockets) {
        this.maxRequests = maxRequests;
        this.maxSockets = maxSockets;
    }

    /** A place for one more of them; null when this person has as many as they may. */
    @Nullable
    Place enter(@Nullable Claims claims, boolean webSocket) {
        if (claims == null || claims.subject().isEmpty()) {
            return Place.UNCOUNTED;
        }
        Map<String, Integer> counts = webSocket ? sockets : requests;
        if (counts.merge(claims.subject(), 1, Integer::sum) > (webSocket ? maxSockets : maxRequests)) {
            decrement(counts, claims.subject());
            refused.incrementAndGet();
            return null;
        }
        return new Place(counts, claims.subject());
    }

    /** Places held now, of everybody. */
    int held() {
        return sum(requests) + sum(sockets);
    }

    /** Requests and WebSockets refused since the start. */
    long refused() {
        return refused.get();
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static void decrement(Map<String, Integer> counts, String user) {
        counts.computeIfPresent(user, (_, count) -> count > 1 ? count - 1 : null);
    }
}
