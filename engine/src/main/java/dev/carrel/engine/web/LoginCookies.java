/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.signin.SignIn;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.http.server.SetCookie;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** The cookies of the engine's own pages. Over https they carry {@code __Host-} and Secure; they never reach a session. */
public final class LoginCookies {
    private final String login;
    private final String visitor;
    private final String flow;
    private final boolean secure;
    private final Clock clock;

    /** Built by Guice. */
    @Inject
    LoginCookies(SiteSettings site, Clock clock) {
        this.clock = clock;
        secure = site.https();
        String prefix = secure ? "__Host-" : "";
        login = prefix + "carrel-login";
        visitor = prefix + "carrel-visitor";
        flow = prefix + "carrel-flow";
    }

    /** The answer with the cookie of a new sign-in. */
    public Response with(Response response, SignIn.Opened opened) {
        Duration life = Duration.between(clock.instant(), opened.login().expires());
        return response.with(
                SetCookie.of(login, opened.secret()).withSecure(secure).withMaxAge(life));
    }

    /** The answer with the cookie of the sign-in taken back. */
    public Response without(Response response) {
        return response.with(SetCookie.expired(login).withSecure(secure));
    }

    /** The answer with what a way to sign in remembers until the next request. */
    public Response withFlow(Response response, String value, Duration life) {
        return response.with(SetCookie.of(flow, value).withSecure(secure).withMaxAge(life));
    }

    /** The answer with that cookie taken back. */
    public Response withoutFlow(Response response) {
        return response.with(SetCookie.expired(flow).withSecure(secure));
    }

    /** Every value a browser sent for it. */
    public List<String> flows(Request request) {
        return request.cookies(flow);
    }

    /** Every value a browser sent for the sign-in: a tossed one does not hide the right one. */
    List<String> logins(Request request) {
        return request.cookies(login);
    }

    /** Every value a browser sent for a visitor who has not signed in. */
    List<String> visitors(Request request) {
        return request.cookies(visitor);
    }

    Response withVisitor(Response response, String value) {
        return response.with(SetCookie.of(visitor, value).withSecure(secure));
    }
}
