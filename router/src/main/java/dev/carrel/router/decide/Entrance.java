/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.http.server.SafeRedirect;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import dev.carrel.router.page.Notices;
import dev.carrel.router.route.Origin;
import dev.carrel.router.route.RevocationStore;
import dev.carrel.router.route.RoutePath;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /.carrel/enter?ticket=…&next=…} on an origin of a session or of a named port: turns the engine's ticket into that origin's cookie. Nothing under
 * {@code /.carrel/} ever reaches a container.
 */
final class Entrance {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);
    private static final String RESERVED = "/.carrel";
    private static final String ENTER = "/.carrel/enter";
    /** How the session is, for its own pages. */
    static final String STATE = "/.carrel/state";
    /** Where a session's own pages, and programs, say that somebody is using it. */
    static final String USED = "/.carrel/used";

    private final SignedValues values;
    private final RevocationStore revocations;
    private final Tickets tickets;
    private final SessionCookie cookie;
    private final Notices notices;

    Entrance(SignedValues values, RevocationStore revocations, Tickets tickets, SessionCookie cookie, Notices notices) {
        this.values = values;
        this.revocations = revocations;
        this.tickets = tickets;
        this.cookie = cookie;
        this.notices = notices;
    }

    /** Whether a decoded path is Carrel's own on every origin. */
    static boolean reserved(String path) {
        return path.equals(RESERVED) || path.startsWith(RESERVED + "/");
    }

    Decision enter(Ask ask, Origin origin) {
        if (!ask.path().equals(ENTER)) {
            return new Decision.Say(notices.noSuchPage());
        }
        if (!ask.method().equals(HttpMethod.GET)) {
            return new Decision.Say(notices.wrongMethod());
        }
        QueryStringDecoder query;
        List<String> given;
        try {
            query = new QueryStringDecoder(ask.target());
            given = query.parameters().getOrDefault("ticket", List.of());
        } catch (IllegalArgumentException _) {
            return new Decision.Say(notices.badTicket(origin));
        }
        String next = next(query.parameters().getOrDefault("next", List.of("")).getFirst(), origin);
        if (given.size() != 1 || !(verify(given.getFirst(), origin) instanceof Verified.Genuine(Claims claims))) {
            return again(ask, origin, next);
        }
        return switch (tickets.use(claims.id(), claims.issuedAt(), claims.expiresAt())) {
            case FIRST -> new Decision.Redirect(next, cookie.issue(claims, origin));
            case AGAIN -> again(ask, origin, next);
            case FULL -> new Decision.Say(notices.tooManyTickets());
        };
    }

    private Verified verify(String text, Origin origin) {
        Verified verified = values.verify(Purpose.TICKET, origin.host(), text);
        if (verified instanceof Verified.Genuine(Claims claims)) {
            if (!origin.admits(claims.subject())) {
                verified = new Verified.Refused("for somebody who may not");
            } else if (revocations.revoked(claims)) {
                verified = new Verified.Refused("revoked");
            }
        }
        if (verified instanceof Verified.Refused(String reason)) {
            LOG.info("a ticket for {} was refused: {}", origin.host(), reason);
        }
        return verified;
    }

    /** Whoever is in already, and came back to the link by a reload, is let through; a ticket that is no good opens nothing. */
    private Decision again(Ask ask, Origin origin, String next) {
        return cookie.find(ask, origin).isPresent()
                ? new Decision.Redirect(next, null)
                : new Decision.Say(notices.badTicket(origin));
    }

    /** A path of this origin, written anew; its base path when anything is odd. */
    private static String next(String given, Origin origin) {
        String base = origin.home();
        String safe = SafeRedirect.relative(given, base);
        int hash = safe.indexOf('#');
        String path = RoutePath.decode(hash < 0 ? safe : safe.substring(0, hash));
        return path.startsWith(RoutePath.decode(base)) ? safe : base;
    }
}
