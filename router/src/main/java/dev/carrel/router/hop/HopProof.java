/* Copyright the Carrel authors. */
package dev.carrel.router.hop;

import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.HopSigner;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The header by which the router of one instance proves to that of another that it passes on a request, and whose: signed with the key that the instances
 * share, for that receiver, method, host and target, good once and for seconds. Any thread.
 */
@Singleton
public final class HopProof {
    /** On a request the proof; on an answer of the other router why there is none. Nobody else's ever passes. */
    public static final String HEADER = HopSigner.HEADER;

    private static final Logger LOG = LoggerFactory.getLogger(HopProof.class);
    private static final int MAX_SENDERS = 256;

    private final InstanceSettings instance;
    private final SignedValues values;
    private final Clock clock;
    private final Instant start;
    private final HopSigner signer;
    private final Map<String, Seen> senders = new HashMap<>();

    /**
     * Whom another instance vouches for.
     *
     * @param call whether its engine passes on a call of a function, which reaches our engine and nothing else
     */
    public record Vouched(String clientAddress, String requestId, boolean call) {}

    private record Seen(ReplayWindow window, Instant until) {}

    /** A sender of its own, that has seen nothing. */
    @Inject
    public HopProof(InstanceSettings instance, SignedValues values, Clock clock) {
        this.instance = instance;
        this.values = values;
        this.clock = clock;
        this.start = clock.instant();
        this.signer = new HopSigner(instance.name(), values, clock);
    }

    /** A fresh proof for one request. */
    public String prove(String receiver, HttpRequest request, String clientAddress, String requestId) {
        return signer.prove(receiver, about(request), clientAddress, requestId);
    }

    /** Whom a request's proof vouches for; empty, and the proof used up, when it convinces nobody. */
    public Optional<Vouched> check(HttpRequest request) {
        List<String> given = request.headers().getAll(HEADER);
        if (given.size() != 1) {
            return refuse(given.size() + " proofs");
        }
        boolean call = HopSigner.isCall(request.uri())
                && values.verify(Purpose.HOP, HopSigner.calls(instance.name()), given.getFirst())
                        instanceof Verified.Genuine;
        String audience = call ? HopSigner.calls(instance.name()) : instance.name();
        return switch (values.verify(Purpose.HOP, audience, given.getFirst())) {
            case Verified.Refused(String reason) -> refuse(reason);
            case Verified.Genuine(Claims claims) -> judge(claims, request, call);
        };
    }

    private Optional<Vouched> judge(Claims claims, HttpRequest request, boolean call) {
        List<String> said = claims.scopes();
        List<String> about = about(request);
        if (said.size() != about.size() + 2 || !said.subList(0, about.size()).equals(about)) {
            return refuse("for another request");
        }
        if (claims.issuedAt().isBefore(start.minus(Duration.ofSeconds(1)))) {
            return refuse("from before our start");
        }
        long sent;
        try {
            sent = Long.parseLong(said.getLast());
        } catch (NumberFormatException _) {
            return refuse("without a number");
        }
        ReplayWindow window = window(claims);
        if (window == null) {
            return refuse("of one more router than the " + MAX_SENDERS + " that were started within a minute");
        }
        if (!window.first(sent)) {
            return refuse("used before");
        }
        return Optional.of(new Vouched(claims.subject(), said.get(about.size()), call));
    }

    /**
     * What a sender's numbers are compared with; one that has been silent for longer than a proof lives is forgotten. Null when there are too many.
     */
    private @Nullable ReplayWindow window(Claims claims) {
        synchronized (senders) {
            Seen seen = senders.get(claims.id());
            if (seen == null && senders.size() >= MAX_SENDERS) {
                Instant now = clock.instant();
                senders.values().removeIf(s -> s.until().isBefore(now));
                if (senders.size() >= MAX_SENDERS) {
                    return null;
                }
            }
            ReplayWindow window = seen == null ? new ReplayWindow() : seen.window();
            // The skew of clocks that signed values allow, and more.
            senders.put(claims.id(), new Seen(window, claims.expiresAt().plusSeconds(60)));
            return window;
        }
    }

    private static Optional<Vouched> refuse(String why) {
        LOG.warn("a request at the hop port was refused: its proof is {}", why);
        return Optional.empty();
    }

    private static List<String> about(HttpRequest request) {
        return HopSigner.about(
                request.method().name(), String.valueOf(request.headers().get(HttpHeaderNames.HOST)), request.uri());
    }
}
