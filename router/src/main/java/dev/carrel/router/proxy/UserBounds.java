/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.router.decide.Decision;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what one person has under way over all their connections, sessions and tokens: requests, and WebSockets, each by a bound of its own. Who is over
 * it is refused, and nobody else notices. A person is the subject of the claims by whose right a request is passed on. The engine is open to whoever comes,
 * and who somebody is that shows its cookie the engine alone can tell: such requests count for their client's address, which for IPv6 is a network of 64
 * bits. To other targets that need no right nothing is counted. Any thread; never blocks.
 */
final class UserBounds {
    private final int maxRequests;
    private final int maxSockets;
    private final int maxForAddress;
    private final Map<String, Integer> requests = new ConcurrentHashMap<>();
    private final Map<String, Integer> sockets = new ConcurrentHashMap<>();
    private final Map<String, Integer> addresses = new ConcurrentHashMap<>();
    private final AtomicLong refused = new AtomicLong();

    /** The right to have one more under way, until it is given back. Event loop of its connection only. */
    static final class Place {
        /** Of those who are not counted. */
        static final Place UNCOUNTED = new Place(Map.of(), "");

        private final Map<String, Integer> counts;
        private final String whose;
        private boolean held;

        private Place(Map<String, Integer> counts, String whose) {
            this.counts = counts;
            this.whose = whose;
            this.held = !whose.isEmpty();
        }

        /** Gives it back; again changes nothing. */
        void leave() {
            if (held) {
                held = false;
                decrement(counts, whose);
            }
        }
    }

    UserBounds(int maxRequests, int maxSockets, int maxForAddress) {
        this.maxRequests = maxRequests;
        this.maxSockets = maxSockets;
        this.maxForAddress = maxForAddress;
    }

    /**
     * A place for one more of them; null when this person, or this address, has as many as they may.
     *
     * @param client the address of who asks, a literal
     */
    @Nullable
    Place enter(Decision.Forward forward, String client, boolean webSocket) {
        Claims claims = forward.claims();
        if (claims != null && !claims.subject().isEmpty()) {
            return webSocket
                    ? enter(sockets, claims.subject(), maxSockets)
                    : enter(requests, claims.subject(), maxRequests);
        }
        return forward.kind() == Decision.Kind.ENGINE || forward.kind() == Decision.Kind.API
                ? enter(addresses, network(client), maxForAddress)
                : Place.UNCOUNTED;
    }

    private @Nullable Place enter(Map<String, Integer> counts, String whose, int most) {
        if (counts.merge(whose, 1, Integer::sum) > most) {
            decrement(counts, whose);
            refused.incrementAndGet();
            return null;
        }
        return new Place(counts, whose);
    }

    /** Whoever has one address of such a network has them all. */
    private static String network(String client) {
        return client.indexOf(':') >= 0 && InetAddress.ofLiteral(client) instanceof Inet6Address six
                ? HexFormat.of().formatHex(Arrays.copyOf(six.getAddress(), 8))
                : client;
    }

    /** Places held now, of everybody. */
    int held() {
        return sum(requests) + sum(sockets) + sum(addresses);
    }

    /** Requests and WebSockets refused since the start. */
    long refused() {
        return refused.get();
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static void decrement(Map<String, Integer> counts, String whose) {
        counts.computeIfPresent(whose, (_, count) -> count > 1 ? count - 1 : null);
    }
}
