/* Copyright the Carrel authors. */
package dev.carrel.router.hop;

import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
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
    public static final String HEADER = "X-Carrel-Hop";

    private static final Logger LOG = LoggerFactory.getLogger(HopProof.class);
    private static final int MAX_SENDERS = 256;

    private final InstanceSettings instance;
    private final SignedValues values;
    private final Clock clock;
    private final Instant start;
    /** Of this start: numbers begin anew with each. */
    private final String sender = Base32.random(16);

    private final AtomicLong number = new AtomicLong();
    private final Map<String, Seen> senders = new HashMap<>();

    /** Whom another router vouches for. */
    public record Vouched(String clientAddress, String requestId) {}

    private record Seen(ReplayWindow window, Instant until) {}

    /** A sender of its own, that has seen nothing. */
    @Inject
    public HopProof(InstanceSettings instance, SignedValues values, Clock clock) {
        this.instance = instance;
        this.values = values;
        this.clock = clock;
        this.start = clock.instant();
    }

    /** A fresh proof for one request. */
    public String prove(String receiver, HttpRequest request, String clientAddress, String requestId) {
        Instant now = clock.instant();
        List<String> said = new ArrayList<>(about(request));
        said.add(requestId);
        said.add(Long.toString(number.getAndIncrement()));
        return values.sign(
                Purpose.HOP,
                new Claims(
                        clientAddress, receiver, sender, instance.name(), said, now, now.plus(Purpose.HOP.longest())));
    }

    /** Whom a request's proof vouches for; empty, and the proof used up, when it convinces nobody. */
    public Optional<Vouched> check(HttpRequest request) {
        List<String> given = request.headers().getAll(HEADER);
        if (given.size() != 1) {
            return refuse(given.size() + " proofs");
        }
        return switch (values.verify(Purpose.HOP, instance.name(), given.getFirst())) {
            case Verified.Refused(String reason) -> refuse(reason);
            case Verified.Genuine(Claims claims) -> judge(claims, request);
        };
    }

    private Optional<Vouched> judge(Claims claims, HttpRequest request) {
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
        return Optional.of(new Vouched(claims.subject(), said.get(about.size())));
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
        return List.of(
                request.method().name(),
                String.valueOf(request.headers().get(HttpHeaderNames.HOST)),
                digest(request.uri()));
    }

    /** Targets may be longer than a signed value. */
    private static String digest(String target) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(target.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
