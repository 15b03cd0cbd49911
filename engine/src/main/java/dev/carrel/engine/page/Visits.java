/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.SignIn;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.LoginCookies;
import dev.carrel.engine.web.Principal;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.ui.Frame;
import jakarta.inject.Inject;
import java.util.Optional;

/** Who is behind a request for a page, and how browsers are told of signing in and out. */
final class Visits {
    private final LoginCookies cookies;

    @Inject
    Visits(LoginCookies cookies) {
        this.cookies = cookies;
    }

    /** The signed-in person; empty for strangers and for programs, which have no business on pages. */
    Optional<Visitor> visitor(Request request) {
        return Callers.principal(request) instanceof Principal.Person person
                ? Optional.of(visitor(request, person))
                : Optional.empty();
    }

    /** The person of a route that is for signed-in people. */
    Visitor signedIn(Request request) {
        return visitor(request, Callers.person(request));
    }

    private static Visitor visitor(Request request, Principal.Person person) {
        return new Visitor(
                new SignIn.Present(person.user(), person.login()), Callers.xsrf(request), Callers.caller(request));
    }

    /** The frame of a page that shows nobody's name. */
    Frame stranger(Request request) {
        return Frame.anonymous(Callers.xsrf(request));
    }

    Caller caller(Request request) {
        return Callers.caller(request);
    }

    Response welcome(Response response, SignIn.Opened opened) {
        return cookies.with(response, opened);
    }

    Response farewell(Response response) {
        return cookies.without(response);
    }
}
