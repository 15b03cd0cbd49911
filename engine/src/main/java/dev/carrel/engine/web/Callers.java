/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.Rights;
import dev.carrel.engine.signin.User;
import dev.carrel.http.server.AttributeKey;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.protocol.name.UserName;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What handlers ask of a request about who is behind it. */
public final class Callers {
    static final AttributeKey<Principal> PRINCIPAL = new AttributeKey<>("principal", Principal.class);
    static final AttributeKey<String> XSRF = new AttributeKey<>("xsrf", String.class);

    static final AttributeKey<Browser> VISITOR = new AttributeKey<>("visitor", Browser.class);
    static final AttributeKey<Vouched> VOUCHED = new AttributeKey<>("vouched", Vouched.class);
    static final AttributeKey<Boolean> KEPT = new AttributeKey<>("visitor-kept", Boolean.class);

    private Callers() {}

    /**
     * A browser in which nobody is signed in.
     *
     * @param id random; empty where somebody is signed in
     * @param fresh whether it has come without a cookie, for the first time or because it keeps none
     */
    public record Browser(String id, boolean fresh) {
        @Override
        public String toString() {
            return "Browser[" + (fresh ? "fresh" : "known") + "]";
        }
    }

    /**
     * What a trusted proxy in front of the router says about who sits there.
     *
     * @param header by which it says so, in lower case
     * @param proxy its address
     */
    public record Vouched(String header, String value, String proxy) {}

    /** What such a proxy says about a request. */
    public static Optional<Vouched> vouched(Request request) {
        return request.attribute(VOUCHED);
    }

    /** The browser behind a request without a token. */
    public static Browser browser(Request request) {
        return request.attribute(VISITOR).orElseGet(() -> new Browser("", true));
    }

    /** Lets the browser be known from now on, even if the answer is no page. */
    public static void keepBrowser(Request request) {
        request.put(KEPT, true);
    }

    /** The token of the Authorization header, whichever it is; empty without one. */
    public static Optional<String> token(Request request) {
        return request.header("authorization")
                .map(value -> value.strip().split("\\s+", 2))
                .filter(parts ->
                        parts.length == 2 && Set.of("token", "bearer").contains(parts[0].toLowerCase(Locale.ROOT)))
                .map(parts -> parts[1]);
    }

    /** Says who is asking, before the gate would look for it: for filters that know it otherwise. */
    public static void known(Request request, Principal principal) {
        request.put(PRINCIPAL, principal);
    }

    /** Who is asking. */
    public static Principal principal(Request request) {
        return request.attribute(PRINCIPAL).orElseGet(Principal.Anonymous::new);
    }

    /** The person behind a cookie; the route's access rule has seen to it that there is one. */
    public static Principal.Person person(Request request) {
        if (principal(request) instanceof Principal.Person person) {
            return person;
        }
        throw new HttpFailure(403, "signin.required", "Please sign in.");
    }

    /** The account of a known caller. */
    public static User user(Request request) {
        return switch (principal(request)) {
            case Principal.Person person -> person.user();
            case Principal.Program program -> program.user();
            case Principal.Anonymous _ ->
                throw new HttpFailure(403, "signin.required", "Missing or invalid credentials.");
        };
    }

    /** What a known caller may do. */
    public static Rights rights(Request request) {
        return switch (principal(request)) {
            case Principal.Person person -> Rights.of(person.user());
            case Principal.Program program -> program.rights();
            case Principal.Anonymous _ ->
                throw new HttpFailure(403, "signin.required", "Missing or invalid credentials.");
        };
    }

    /**
     * Refuses callers who may not use a scope on a user. Answers as if the user did not exist, so that nobody learns who does.
     *
     * @throws HttpFailure 404
     */
    public static void require(Request request, String scope, UserName target, String server) {
        if (!rights(request).may(scope, target, server)) {
            throw new HttpFailure(404, "user.not-found", "No such user or server, or no right to " + scope + " of it.");
        }
    }

    /**
     * Refuses callers who may not use a scope on everybody.
     *
     * @throws HttpFailure 403
     */
    public static void requireOnAll(Request request, String scope) {
        if (!rights(request).mayOnAll(scope)) {
            throw new HttpFailure(
                    403, "forbidden", "Action is not authorized with current scopes; requires any of [" + scope + "]");
        }
    }

    /** The token that forms must carry in the hidden field {@code _xsrf}. */
    public static String xsrf(Request request) {
        return request.attribute(XSRF).orElse("");
    }

    /** Who asks and whence, for the sign-in services. */
    public static Caller caller(Request request) {
        String name = switch (principal(request)) {
            case Principal.Person person -> person.user().name().value();
            case Principal.Program program -> program.user().name().value();
            case Principal.Anonymous _ -> "";
        };
        return new Caller(name, remote(request), request.id());
    }

    static String remote(Request request) {
        return request.attribute(Request.CLIENT_ADDRESS)
                .orElseGet(() -> request.remoteAddress().getAddress().getHostAddress());
    }
}
