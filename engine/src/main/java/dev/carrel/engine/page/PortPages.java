/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.port.Ports;
import dev.carrel.engine.session.SessionPort;
import dev.carrel.engine.session.Sessions;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.http.server.SafeRedirect;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.ui.Moment;
import dev.carrel.ui.Notice;
import dev.carrel.ui.PortsPage;
import dev.carrel.ui.PortsPage.PortRow;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Named ports of a session: its owner opens, shares and closes them; whoever may use one goes in by its own door. */
final class PortPages {
    private final Ports ports;
    private final Sessions sessions;
    private final Tickets tickets;
    private final LoopBreaker loops;
    private final SiteSettings site;
    private final Screen screen;

    @Inject
    PortPages(Ports ports, Sessions sessions, Tickets tickets, LoopBreaker loops, SiteSettings site, Screen screen) {
        this.ports = ports;
        this.sessions = sessions;
        this.tickets = tickets;
        this.loops = loops;
        this.site = site;
        this.screen = screen;
    }

    Response list(Request request, Visitor visitor) {
        return show(200, visitor, own(request, visitor), null);
    }

    /** Opens one, or changes the one of that name. */
    Response open(Request request, Visitor visitor) throws IOException {
        SessionAddress session = own(request, visitor);
        Parameters form = request.body().form();
        String number = form.first("port").orElse("").strip();
        List<String> shares = Arrays.stream(form.first("shares").orElse("").split("[,;\\s]+"))
                .filter(name -> !name.isEmpty())
                .toList();
        try {
            PortName name = Ports.name(form.first("name").orElse("").strip());
            if (!number.matches("\\d{1,6}")) {
                throw new Refusal(Refusal.Kind.INVALID, "Say on which port your application listens, as 8050.");
            }
            ports.open(new PortAddress(session, name), Long.parseLong(number), shares, visitor.caller());
        } catch (Refusal refusal) {
            return show(Refusals.status(refusal), visitor, session, Notice.refused(refusal.text()));
        }
        return back(session);
    }

    Response close(Request request, Visitor visitor) throws IOException {
        SessionAddress session = own(request, visitor);
        try {
            PortName name = Ports.name(request.body().form().first("name").orElse(""));
            ports.close(new PortAddress(session, name), visitor.caller());
        } catch (Refusal refusal) {
            return show(Refusals.status(refusal), visitor, session, Notice.refused(refusal.text()));
        }
        return back(session);
    }

    /** The door: a ticket for the port's origin, for its owner and those they share it with. */
    Response enter(Request request, Visitor visitor) {
        PortAddress address = address(request);
        SessionAddress session = address.session();
        boolean own = session.user().equals(visitor.user());
        Optional<SessionPort> port = ports.find(address);
        // Whether it exists is nobody's business with whom it is not shared.
        if (!own && port.filter(there -> there.admits(visitor.user())).isEmpty()) {
            throw new HttpFailure(
                    403,
                    "port.not-shared",
                    "Nothing is shared with you under this address. Ask its owner to share it with \"" + visitor.user()
                            + "\".");
        }
        if (port.isEmpty()) {
            throw new HttpFailure(
                    404,
                    "port.not-open",
                    "No port is open under the name \"" + address.name()
                            + "\". Open it on the page Ports of your session.");
        }
        Place place = Place.of(session, Optional.of(address.path()));
        Way way = Way.of(sessions.find(session));
        if (way != Way.ENTER) {
            return notRunning(way, place, own);
        }
        if (loops.looping(visitor.loginId(), place)) {
            throw new HttpFailure(
                    400,
                    "port.loop",
                    "Your browser comes back again and again: it does not keep the cookie of this address. Allow cookies for this site and the "
                            + "sites below it, then try again.");
        }
        String next = SafeRedirect.relative(request.query().first("next").orElse(""), "/");
        return Response.redirect(302, tickets.doorOf(address, visitor.user(), next, visitor.loginId()))
                .uncached();
    }

    private static Response notRunning(Way way, Place place, boolean own) {
        if (own) {
            return Response.redirect(302, way.path(place)).uncached();
        }
        UserName owner = place.address().user();
        throw way == Way.WAIT
                ? new HttpFailure(
                        503,
                        "session.starting",
                        "The session behind it is starting or stopping. Try again in a moment.")
                : new HttpFailure(
                        424,
                        "session.stopped",
                        "The session behind it is not running. Ask \"" + owner + "\" to start it.");
    }

    private static PortAddress address(Request request) {
        SessionAddress session = SessionPages.address(request);
        try {
            return new PortAddress(session, new PortName(request.pathParameter("name")));
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(404, "port.not-open", "There is no such port: " + e.getMessage());
        }
    }

    private static SessionAddress own(Request request, Visitor visitor) {
        SessionAddress address = SessionPages.address(request);
        if (!address.user().equals(visitor.user())) {
            throw new HttpFailure(403, "session.not-yours", "This session belongs to somebody else.");
        }
        return address;
    }

    private Response show(int status, Visitor visitor, SessionAddress session, @Nullable Notice notice) {
        List<PortRow> rows = ports.of(session).stream().map(this::row).toList();
        return screen.show(
                status,
                new PortsPage(visitor.frame(), Cards.of(session, sessions.find(session)), rows, Ports.MOST, notice));
    }

    private PortRow row(SessionPort port) {
        return new PortRow(
                port.address().name().value(),
                Integer.toString(port.port()),
                port.shares().stream().map(UserName::value).collect(Collectors.joining(", ")),
                site.originUrl(port.address().hostLabel()) + "/",
                Moment.of(port.created()));
    }

    private static Response back(SessionAddress session) {
        return Response.seeOther("/hub/ports/" + Place.of(session).ref()).uncached();
    }
}
