/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.plugin.Authenticators;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.Identities;
import dev.carrel.engine.signin.Proof;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Principal;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.http.server.SafeRedirect;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.ui.PluginSection;
import dev.carrel.ui.SignInStepPage;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** {@code /hub/auth/ID/…}: ways to sign in that plugins add. They say who somebody is; all that follows from it is done here. */
final class AuthPages {
    private static final String NOT_BEGUN =
            "This sign-in was not begun in this browser, was over already, or took longer than ten minutes. Please begin again.";
    private static final String NO_COOKIES = "Your browser keeps no cookies of this site, so you cannot be signed in.";

    private final Authenticators authenticators;
    private final Identities identities;
    private final Flows flows;
    private final Asking asking;
    private final Doorway doorway;
    private final Visits visits;
    private final Screen screen;

    @Inject
    AuthPages(
            Authenticators authenticators,
            Identities identities,
            Flows flows,
            Asking asking,
            Doorway doorway,
            Visits visits,
            Screen screen) {
        this.authenticators = authenticators;
        this.identities = identities;
        this.flows = flows;
        this.asking = asking;
        this.doorway = doorway;
        this.visits = visits;
        this.screen = screen;
    }

    /** One request of a flow. */
    Response handle(Request request) throws IOException, InterruptedException {
        if (Callers.principal(request) instanceof Principal.Program) {
            throw new HttpFailure(403, "signin.browsers-only", "Programs have their token and need not sign in.");
        }
        String plugin = request.pathParameter("plugin");
        Optional<Flows.Flow> flow = flows.of(request, plugin);
        String next = SafeRedirect.relative(
                request.query()
                        .first("next")
                        .or(() -> flow.map(Flows.Flow::next))
                        .orElse(""),
                Doorway.HOME);
        if (visits.visitor(request).isPresent()) {
            return Response.seeOther(next).uncached();
        }
        Caller caller = visits.caller(request);
        try {
            identities.mayTry(caller);
            SignInOutcome outcome = authenticators.ask(
                    plugin,
                    asking.of(request, plugin, flow.map(Flows.Flow::state).orElse("")));
            return switch (outcome) {
                case SignInOutcome.Redirect(var to, String state) ->
                    flows.with(Response.redirect(302, to.toASCIIString()).uncached(), request, plugin, state, next);
                case SignInOutcome.Page(String title, String html, String state) -> {
                    var step = new SignInStepPage(visits.stranger(request), PluginSection.of(plugin, title, html));
                    yield flows.with(screen.show(200, step), request, plugin, state, next);
                }
                case SignInOutcome.Refused(String message) -> throw failed(plugin, message, caller);
                case SignInOutcome.Identified(var identity) ->
                    flows.without(identified(request, flow, Authenticators.proof(plugin, identity), next, caller));
            };
        } catch (Refusal refusal) {
            Response refused = doorway.refused(request, refusal, "", next);
            return refusal.step().isPresent() ? refused : flows.without(refused);
        }
    }

    /**
     * The answer to a stranger at the sign-in page whom a plugin recognises; empty for everybody else. A browser is asked first to prove that it keeps
     * cookies, or it would go round and round, each time with a sign-in more.
     */
    Optional<Response> recognised(Request request, String next) throws InterruptedException {
        Optional<Proof> proof = authenticators.recognise(plugin -> asking.stranger(request, plugin));
        if (proof.isEmpty()) {
            return Optional.empty();
        }
        if (Callers.browser(request).fresh()) {
            if (request.query().first("again").isPresent()) {
                return Optional.of(doorway.page(403, request, "", next, NO_COOKIES));
            }
            Callers.keepBrowser(request);
            String again = "/hub/login?again=1&next=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
            return Optional.of(Response.redirect(302, again).uncached());
        }
        Caller caller = visits.caller(request);
        try {
            identities.mayTry(caller);
            return Optional.of(doorway.in(
                    request,
                    next,
                    identities.signIn(proof.get(), request.header("User-Agent").orElse(""), caller)));
        } catch (Refusal refusal) {
            return Optional.of(doorway.refused(request, refusal, "", next));
        }
    }

    private Response identified(Request request, Optional<Flows.Flow> flow, Proof proof, String next, Caller caller) {
        // Whoever lures somebody here with an answer that was meant for another browser, or uses one again, gets
        // nowhere.
        if (flow.isEmpty() || !identities.use(flow.get().id())) {
            throw failed(proof.method(), NOT_BEGUN, caller);
        }
        return doorway.in(
                request,
                next,
                identities.signIn(proof, request.header("User-Agent").orElse(""), caller));
    }

    private Refusal failed(String plugin, String message, Caller caller) {
        identities.failed(plugin, message, caller);
        return new Refusal(Refusal.Kind.FORBIDDEN, message);
    }
}
