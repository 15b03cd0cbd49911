/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.http.server.SafeRedirect;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import dev.carrel.router.page.Notices;
import dev.carrel.router.route.RevocationStore;
import dev.carrel.router.route.RoutePath;
import dev.carrel.router.route.SessionRoute;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /.carrel/enter?ticket=…&next=…} on a session's own origin: turns the engine's ticket into that origin's cookie. Nothing under
 * {@code /.carrel/} ever reaches a container.
 */
final class Entrance {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);
    private static final String RESERVED = "/.carrel";
    private static final String ENTER = "/.carrel/enter";
    /** How the session is, for its own pages. */
    static final String STATE = "/.carrel/state";

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

    Decision enter(Ask ask, SessionRoute session) {
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
            return new Decision.Say(notices.badTicket(session));
        }
        String next = next(query.parameters().getOrDefault("next", List.of("")).getFirst(), session);
        if (given.size() != 1 || !(verify(given.getFirst(), session) instanceof Verified.Genuine(Claims claims))) {
            return again(ask, session, next);
        }
        return switch (tickets.use(claims.id(), claims.issuedAt(), claims.expiresAt())) {
            case FIRST -> new Decision.Redirect(next, cookie.issue(claims, session));
            case AGAIN -> again(ask, session, next);
            case FULL -> new Decision.Say(notices.tooManyTickets());
        };
    }

    private Verified verify(String text, SessionRoute session) {
        Verified verified = values.verify(Purpose.TICKET, session.host(), text);
        if (verified instanceof Verified.Genuine(Claims claims)) {
            if (!claims.subject().equals(session.user())) {
                verified = new Verified.Refused("for another user");
            } else if (revocations.revoked(claims)) {
                verified = new Verified.Refused("revoked");
            }
        }
        if (verified instanceof Verified.Refused(String reason)) {
            LOG.info("a ticket for {} was refused: {}", session.host(), reason);
        }
        return verified;
    }

    /** Whoever is in already, and came back to the link by a reload, is let through; a ticket that is no good opens nothing. */
    private Decision again(Ask ask, SessionRoute session, String next) {
        return cookie.find(ask, session).isPresent()
                ? new Decision.Redirect(next, null)
                : new Decision.Say(notices.badTicket(session));
    }

    /** A path of this session, written anew; its base path when anything is odd. */
    private static String next(String given, SessionRoute session) {
        String base = session.address().basePath();
        String safe = SafeRedirect.relative(given, base);
        int hash = safe.indexOf('#');
        String path = RoutePath.decode(hash < 0 ? safe : safe.substring(0, hash));
        return path.startsWith(RoutePath.decode(base)) ? safe : base;
    }
}
