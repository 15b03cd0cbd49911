/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.plugin.Authenticators;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.signin.SignIn;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.http.server.SafeRedirect;
import dev.carrel.ui.LeavingPage;
import dev.carrel.ui.Link;
import dev.carrel.ui.MovingOnPage;
import dev.carrel.ui.SignInPage;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The sign-in page, the way in from it, and the way elsewhere; the same for every way to sign in. */
final class Doorway {
    static final String HOME = "/hub/home";
    /** As long as JuliaBox left its visitors to read the message. */
    private static final int SECONDS_TO_READ = 10;

    private final Authenticators authenticators;
    private final Passwords passwords;
    private final Flows flows;
    private final Visits visits;
    private final Screen screen;

    @Inject
    Doorway(Authenticators authenticators, Passwords passwords, Flows flows, Visits visits, Screen screen) {
        this.authenticators = authenticators;
        this.passwords = passwords;
        this.flows = flows;
        this.visits = visits;
        this.screen = screen;
    }

    /** Where a person wants to go: a path of this site. */
    static String next(Parameters parameters) {
        return SafeRedirect.relative(parameters.first("next").orElse(""), HOME);
    }

    /**
     * The sign-in page.
     *
     * @param name to begin with
     * @param message empty for none
     */
    Response page(int status, Request request, String name, String next, String message) throws InterruptedException {
        String query = next.equals(HOME) ? "" : "?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
        List<Link> ways = authenticators.ways().stream()
                .map(way -> new Link(way.label(), "/hub/auth/" + way.plugin() + way.path() + query))
                .toList();
        return screen.show(
                status, new SignInPage(visits.stranger(request), passwords.asked(), name, next, message, ways));
    }

    /** In. Home by a redirect; elsewhere by a page that moves on, for the way may lead to another origin, where a form's redirects may not. */
    Response in(Request request, String next, SignIn.Opened opened) {
        Response response = next.equals(HOME)
                ? Response.seeOther(HOME).uncached()
                : screen.show(200, new MovingOnPage(visits.stranger(request), new Link("Go on", next)));
        return visits.welcome(response, opened);
    }

    /** Not in: the sign-in page says why, or another page or site is the right one. */
    Response refused(Request request, Refusal refusal, String name, String next) throws InterruptedException {
        Optional<Response> away = away(request, refusal, next);
        return away.isPresent()
                ? away.get()
                : Refusals.patient(page(Refusals.status(refusal), request, name, next, refusal.text()), refusal);
    }

    /** To the page or site that is the right one; empty when the refusal names none. */
    Optional<Response> away(Request request, Refusal refusal, String next) {
        return refusal.step()
                .map(step -> flows.with(
                        Response.seeOther("/hub/auth/" + step.plugin() + step.path())
                                .uncached(),
                        request,
                        step.plugin(),
                        step.state(),
                        next))
                .or(() -> refusal.elsewhere().map(to -> elsewhere(request, to, refusal.text())));
    }

    private Response elsewhere(Request request, URI to, String message) {
        return screen.show(
                403,
                new LeavingPage(
                        visits.stranger(request),
                        new LeavingPage.Outside(to.toASCIIString(), to.getHost()),
                        message,
                        message.isEmpty() ? 0 : SECONDS_TO_READ));
    }
}
