/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.signin.Invitations;
import dev.carrel.engine.signin.PasswordSignIn;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.signin.SignIn;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.UserName;
import dev.carrel.ui.ErrorPage;
import dev.carrel.ui.InvitePage;
import dev.carrel.ui.Link;
import dev.carrel.ui.SignedOutPage;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Optional;

/** Signing in by password or one-time link, and out. */
final class SignInPages {
    private static final int MAX_NAME_SHOWN = 255;

    private final SignIn signIn;
    private final PasswordSignIn byPassword;
    private final Invitations invitations;
    private final Passwords passwords;
    private final AuthPages ways;
    private final Doorway doorway;
    private final Visits visits;
    private final Screen screen;

    @Inject
    SignInPages(
            SignIn signIn,
            PasswordSignIn byPassword,
            Invitations invitations,
            Passwords passwords,
            AuthPages ways,
            Doorway doorway,
            Visits visits,
            Screen screen) {
        this.signIn = signIn;
        this.byPassword = byPassword;
        this.invitations = invitations;
        this.passwords = passwords;
        this.ways = ways;
        this.doorway = doorway;
        this.visits = visits;
        this.screen = screen;
    }

    /** The form; who is signed in already moves on. */
    Response signInPage(Request request) throws InterruptedException {
        String next = Doorway.next(request.query());
        if (visits.visitor(request).isPresent()) {
            return Response.redirect(302, next).uncached();
        }
        Optional<Response> recognised = ways.recognised(request, next);
        return recognised.isPresent() ? recognised.get() : doorway.page(200, request, "", next, "");
    }

    Response signIn(Request request) throws IOException, InterruptedException {
        Parameters form = request.body().form();
        String typed = form.first("username").orElse("");
        String next = Doorway.next(form);
        try {
            SignIn.Opened opened = byPassword.signIn(
                    typed,
                    form.first("password").orElse(""),
                    request.header("User-Agent").orElse(""),
                    visits.caller(request));
            return doorway.in(request, next, opened);
        } catch (Refusal refusal) {
            // A name nobody can have is not worth showing again.
            String shown = typed.length() > MAX_NAME_SHOWN ? "" : typed;
            return doorway.refused(request, refusal, shown, next);
        }
    }

    Response signOut(Request request, Visitor visitor) {
        signIn.out(visitor.present().login(), visitor.caller());
        return visits.farewell(screen.show(200, new SignedOutPage(visits.stranger(request))));
    }

    Response invitePage(Request request) {
        String token = request.pathParameter("token");
        Optional<UserName> user = invitations.find(token);
        return user.isEmpty() ? usedUp(request) : screen.show(200, choose(request, user.get(), token, ""));
    }

    Response accept(Request request) throws IOException {
        String token = request.pathParameter("token");
        Optional<UserName> user = invitations.find(token);
        if (user.isEmpty()) {
            return usedUp(request);
        }
        Parameters form = request.body().form();
        // Where accounts have none the page did not ask for one.
        Optional<String> password =
                passwords.minLength().isPresent() ? form.first("password").or(() -> Optional.of("")) : Optional.empty();
        if (password.isPresent() && !password.equals(form.first("repeated").or(() -> Optional.of("")))) {
            return screen.show(400, choose(request, user.get(), token, "The two passwords differ."));
        }
        try {
            SignIn.Opened opened = invitations.accept(
                    token, password, request.header("User-Agent").orElse(""), visits.caller(request));
            return visits.welcome(Response.seeOther(Doorway.HOME).uncached(), opened);
        } catch (Refusal refusal) {
            Optional<Response> away = doorway.away(request, refusal, Doorway.HOME);
            if (away.isPresent()) {
                return away.get();
            }
            return switch (refusal.kind()) {
                // Somebody else was quicker with the same link.
                case UNKNOWN -> usedUp(request);
                case INVALID, WRONG_CREDENTIALS, FORBIDDEN, CONFLICT, TOO_MANY, BUSY ->
                    Refusals.patient(
                            screen.show(Refusals.status(refusal), choose(request, user.get(), token, refusal.text())),
                            refusal);
            };
        }
    }

    private InvitePage choose(Request request, UserName user, String token, String message) {
        return new InvitePage(
                visits.stranger(request),
                user.value(),
                token,
                passwords.minLength().orElse(0),
                message);
    }

    private Response usedUp(Request request) {
        return screen.show(
                410,
                new ErrorPage(
                        visits.stranger(request),
                        410,
                        "This link is used up",
                        "It has been used, has expired, or never was. Ask your administrator for a new one.",
                        "",
                        new Link("Sign in", "/hub/login")));
    }
}
