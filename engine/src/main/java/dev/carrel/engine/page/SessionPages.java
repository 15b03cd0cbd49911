/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionFailure;
import dev.carrel.engine.session.Sessions;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.ui.ErrorPage;
import dev.carrel.ui.Link;
import dev.carrel.ui.Moment;
import dev.carrel.ui.MovingOnPage;
import dev.carrel.ui.ProgressStep;
import dev.carrel.ui.SpawnPage;
import dev.carrel.ui.SpawnPendingPage;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pages about one session: start it, watch it come, go in, stop it. For its owner alone. {@link Way} decides which of them is right; the others
 * send there. Asking with GET changes nothing.
 *
 * <p>A page that was reached by a form must not redirect to the session's origin, for browsers hold a form's redirects to {@code form-action}; it
 * draws a page that moves on by itself.
 */
final class SessionPages {
    private final Sessions sessions;
    private final Tickets tickets;
    private final LoopBreaker loops;
    private final Screen screen;

    @Inject
    SessionPages(Sessions sessions, Tickets tickets, LoopBreaker loops, Screen screen) {
        this.sessions = sessions;
        this.tickets = tickets;
        this.loops = loops;
        this.screen = screen;
    }

    /** The door: a ticket for the session's origin when it is ready, else the page that is right. */
    Response enter(Request request, Visitor visitor) {
        Place place = place(request, visitor);
        Way way = Way.of(sessions.find(place.address()));
        if (way != Way.ENTER) {
            return to(way.path(place));
        }
        if (loops.looping(visitor.loginId(), place)) {
            return screen.show(400, looping(visitor, place));
        }
        return to(tickets.doorOf(place, visitor.loginId()));
    }

    /** The page with the one Start button. */
    Response spawnPage(Request request, Visitor visitor) {
        Place place = place(request, visitor);
        Optional<Session> session = sessions.find(place.address());
        Way way = Way.of(session);
        if (way != Way.START) {
            return to(way.path(place));
        }
        return screen.show(200, startPage(visitor, place, session, ""));
    }

    /** Starts it. */
    Response spawn(Request request, Visitor visitor) throws IOException {
        Parameters form = request.body().form();
        Place place = place(request, visitor, form.first("next"));
        return start(visitor, place, form.first("image"));
    }

    /** Starts a session, at once or after a stop that is under way, and leads to its progress; a refusal is told on its Start page. */
    Response start(Visitor visitor, Place place, Optional<String> image) {
        try {
            sessions.restart(place.address(), image.filter(name -> !name.isEmpty()));
            return away(place.pending());
        } catch (SessionFailure failure) {
            return switch (failure.kind()) {
                // Two clicks, two tabs: the wish is fulfilled already.
                case ALREADY_RUNNING, PENDING -> away(place.pending());
                case TOO_MANY -> refused(429, visitor, place, failure).with("Retry-After", "30");
                case RESERVED_NAME, UNKNOWN_IMAGE, NOT_RUNNING, TOO_MANY_NAMED -> refused(400, visitor, place, failure);
            };
        }
    }

    /** True progress of a start or a stop. */
    Response pendingPage(Request request, Visitor visitor) throws InterruptedException {
        Place place = place(request, visitor);
        Optional<Session> session = sessions.find(place.address());
        return switch (Way.of(session)) {
            case WAIT -> watch(visitor, place, session.orElseThrow());
            case ENTER ->
                screen.show(200, new MovingOnPage(visitor.frame(), new Link("Open your session", place.enter())));
            case START ->
                // The moment between a stop and the start that follows it.
                session.isPresent() && sessions.restarting(place.address())
                        ? watch(visitor, place, session.get())
                        : to(place.spawn());
        };
    }

    /** Stops it, or takes back a start. */
    Response stop(Request request, Visitor visitor) {
        Place place = place(request, visitor);
        try {
            sessions.stop(place.address(), Reason.ASKED);
        } catch (SessionFailure _) {
            // Nothing to stop is what was asked for.
        }
        return away("/hub/home");
    }

    /** Deletes a session under a name that does not run. */
    Response remove(Request request, Visitor visitor) {
        Place place = place(request, visitor);
        if (place.address().server().isDefault()) {
            throw new HttpFailure(400, "server.default", "The main session cannot be deleted.");
        }
        try {
            sessions.remove(place.address());
            return away("/hub/home");
        } catch (SessionFailure _) {
            throw new HttpFailure(
                    409, "server.running", "\"" + place.address().server() + "\" is running. Stop it first.");
        }
    }

    /** Leads a link that fits everybody into the reader's own default session. */
    Response userRedirect(Request request, Visitor visitor) {
        SessionAddress own = new SessionAddress(visitor.user(), ServerName.DEFAULT);
        String rest = request.rawPath().substring("/hub/user-redirect/".length());
        String query = request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery();
        return to(Place.of(own, Optional.of(own.basePath() + rest + query)).enter());
    }

    private static Place place(Request request, Visitor visitor) {
        return place(request, visitor, request.query().first("next"));
    }

    private static Place place(Request request, Visitor visitor, Optional<String> next) {
        SessionAddress address = address(request);
        if (!address.user().equals(visitor.user())) {
            throw new HttpFailure(
                    403,
                    "session.not-yours",
                    "This session belongs to " + address.user() + ", and you are signed in as " + visitor.user()
                            + ". To open it, sign out and sign in as " + address.user() + ".");
        }
        return Place.of(address, next);
    }

    /** The session named by a path with {@code {user}} and perhaps {@code {server}}. */
    static SessionAddress address(Request request) {
        boolean named = request.route().orElseThrow().pattern().contains("{server}");
        try {
            return new SessionAddress(
                    UserName.of(request.pathParameter("user")),
                    named ? new ServerName(request.pathParameter("server")) : ServerName.DEFAULT);
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(404, "session.not-found", "There is no such session: " + e.getMessage());
        }
    }

    private Response refused(int status, Visitor visitor, Place place, SessionFailure failure) {
        Optional<Session> session = sessions.find(place.address());
        return screen.show(status, startPage(visitor, place, session, String.valueOf(failure.getMessage())));
    }

    private SpawnPage startPage(Visitor visitor, Place place, Optional<Session> session, String message) {
        return new SpawnPage(
                visitor.frame(), Cards.of(place.address(), session), sessions.images(), place.next(), message);
    }

    private Response watch(Visitor visitor, Place place, Session session) throws InterruptedException {
        List<ProgressStep> steps = new ArrayList<>();
        // No time to wait: the steps that have been.
        sessions.follow(
                session,
                Duration.ZERO,
                step -> steps.add(new ProgressStep(step.percent(), step.message(), Moment.of(step.at()))));
        int percent = steps.isEmpty() ? 0 : steps.getLast().percent();
        boolean again = sessions.restarting(place.address());
        return screen.show(
                200, new SpawnPendingPage(visitor.frame(), Cards.of(session), percent, steps, again, place.next()));
    }

    private static ErrorPage looping(Visitor visitor, Place place) {
        return new ErrorPage(
                visitor.frame(),
                400,
                "Your browser comes back again and again",
                "It does not keep the cookie of your session. Allow cookies for this site and the sites below it, then try again.",
                "",
                new Link("Try again", place.enter()));
    }

    private static Response to(String location) {
        return Response.redirect(302, location).uncached();
    }

    /** After a form. */
    private static Response away(String location) {
        return Response.seeOther(location).uncached();
    }
}
