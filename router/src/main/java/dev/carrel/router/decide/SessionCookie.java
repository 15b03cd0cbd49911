/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import dev.carrel.router.route.Origin;
import dev.carrel.router.route.RevocationStore;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cookie of one origin, a session's or a named port's: made from a ticket, checked on every request, renewed while it is used. A renewed one keeps its first
 * time of issue, so that a revocation that is on its way to us while we renew still ends it; hence it lives no longer than its purpose
 * allows from entering on. Any thread.
 */
final class SessionCookie {
    /** Somebody may plant cookies of our name, but not make us compute for all of them. */
    private static final int MAX_CANDIDATES = 8;

    private final String name;
    private final boolean https;
    private final Duration life;
    private final SignedValues values;
    private final RevocationStore revocations;
    private final Clock clock;

    SessionCookie(boolean https, Duration life, SignedValues values, RevocationStore revocations, Clock clock) {
        this.name = https ? "__Host-carrel-session" : "carrel-session";
        this.https = https;
        this.life = life.compareTo(Purpose.SESSION.longest()) > 0 ? Purpose.SESSION.longest() : life;
        this.values = values;
        this.revocations = revocations;
        this.clock = clock;
    }

    /** The claims of any cookie of our name that lets into this origin; others of that name are passed over. */
    Optional<Claims> find(Ask ask, Origin origin) {
        for (String text : candidates(ask)) {
            Optional<Claims> claims = genuine(text, origin).filter(found -> origin.admits(found.subject()));
            if (claims.isPresent()) {
                return claims;
            }
        }
        return Optional.empty();
    }

    /** Whether a cookie was good for this origin, but the person may not use it any more. */
    boolean shutOut(Ask ask, Origin origin) {
        return candidates(ask).stream()
                .anyMatch(text -> genuine(text, origin)
                        .filter(found -> !origin.admits(found.subject()))
                        .isPresent());
    }

    private Optional<Claims> genuine(String text, Origin origin) {
        return values.verify(Purpose.SESSION, origin.host(), text) instanceof Verified.Genuine(Claims claims)
                        && !revocations.revoked(claims)
                ? Optional.of(claims)
                : Optional.empty();
    }

    /** A Set-Cookie line for somebody who came with this ticket. */
    String issue(Claims ticket, Origin origin) {
        Instant now = clock.instant();
        return line(new Claims(
                ticket.subject(), origin.host(), ticket.login(), ticket.login(), List.of(), now, now.plus(life)));
    }

    /** A Set-Cookie line with a later end, once half of the life is over; null when it is not, or may not live longer. */
    @Nullable
    String renew(Claims claims) {
        Instant now = clock.instant();
        if (Duration.between(now, claims.expiresAt()).compareTo(life.dividedBy(2)) >= 0) {
            return null;
        }
        Instant last = claims.issuedAt().plus(Purpose.SESSION.longest());
        Instant wanted = now.plus(life);
        Instant end = wanted.isAfter(last) ? last : wanted;
        if (!end.isAfter(claims.expiresAt().plusSeconds(1))) {
            return null;
        }
        return line(new Claims(
                claims.subject(),
                claims.audience(),
                claims.id(),
                claims.login(),
                claims.scopes(),
                claims.issuedAt(),
                end));
    }

    private String line(Claims claims) {
        long seconds = Math.max(
                1, Duration.between(clock.instant(), claims.expiresAt()).toSeconds());
        return name + "=" + values.sign(Purpose.SESSION, claims) + "; Path=/; Max-Age=" + seconds
                + "; HttpOnly; SameSite=Lax" + (https ? "; Secure" : "");
    }

    private List<String> candidates(Ask ask) {
        List<String> found = new ArrayList<>(1);
        for (String header : ask.headers().getAll(HttpHeaderNames.COOKIE)) {
            for (String pair : header.split(";")) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(name) && found.size() < MAX_CANDIDATES) {
                    found.add(pair.substring(equals + 1).strip());
                }
            }
        }
        return found;
    }
}
