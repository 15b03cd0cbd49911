/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.signin.ApiTokens;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.signin.SignIn;
import dev.carrel.engine.store.StoreException;
import dev.carrel.http.server.Filter;
import dev.carrel.http.server.Headers;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.HopSigner;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before every route: who asks, whether the route's access rule lets them, and whether a change that a cookie vouches for was really asked by one of
 * our own pages.
 */
final class Gate implements Filter {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final int VISITOR_LENGTH = 26;
    private static final int MAX_NEXT = 2000;
    private static final int MAX_COOKIES = 4;
    private static final String API_HOST = "/api-host/";

    private final SignIn signIn;
    private final ApiTokens tokens;
    private final LoginCookies cookies;
    private final Xsrf xsrf;
    private final SignedValues signed;
    private final String scheme;
    private final String baseHost;

    @Inject
    Gate(SignIn signIn, ApiTokens tokens, LoginCookies cookies, Xsrf xsrf, SignedValues signed, SiteSettings site) {
        this.signIn = signIn;
        this.tokens = tokens;
        this.cookies = cookies;
        this.xsrf = xsrf;
        this.signed = signed;
        scheme = String.valueOf(site.baseUrl().getScheme());
        baseHost = site.baseHost();
    }

    @Override
    public Response filter(Request request, Chain chain) throws Exception {
        try {
            return judged(request, chain);
        } catch (Refusal refusal) {
            throw failure(refusal);
        } catch (StoreException e) {
            // Also who is asking may be what cannot be read.
            LOG.error("request {}: {}", request.id(), e.getMessage(), e);
            throw new HttpFailure(
                    503,
                    "database",
                    "The database does not answer just now. Please try again in a moment.",
                    Headers.of("Retry-After", "5"));
        }
    }

    private Response judged(Request request, Chain chain) throws Exception {
        checkHost(request);
        forwardedFor(request).ifPresent(v -> request.put(Request.CLIENT_ADDRESS, v));
        vouched(request).ifPresent(v -> request.put(Callers.VOUCHED, v));
        // Nothing is at an unknown address, but a route whose rule was forgotten is open to nobody.
        Access access = request.route().isEmpty()
                ? Access.OPEN
                : request.route().flatMap(r -> r.tag(Access.class)).orElse(Access.ADMINISTRATOR);
        boolean call = access instanceof Access.Call;
        Principal principal = request.attribute(Callers.PRINCIPAL)
                .or(() -> byToken(request))
                .orElseGet(() -> call ? new Principal.Anonymous() : byCookie(request));
        request.put(Callers.PRINCIPAL, principal);
        name(principal).ifPresent(name -> request.put(Request.USER, name));
        Optional<Response> refused = judge(access, principal, request);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (call || principal instanceof Principal.Program) {
            return chain.proceed(request);
        }
        return withXsrf(principal, request, chain);
    }

    /** Cookie callers, and visitors who are about to sign in. */
    private Response withXsrf(Principal principal, Request request, Chain chain) throws Exception {
        List<String> visitors = cookies.visitors(request);
        String visitor = visitors.size() == 1 && visitors.getFirst().matches("[a-z2-7]{26}") ? visitors.getFirst() : "";
        boolean freshVisitor = visitor.isEmpty() && !(principal instanceof Principal.Person);
        if (freshVisitor) {
            visitor = Base32.random(VISITOR_LENGTH);
        }
        String expected = principal instanceof Principal.Person person
                ? xsrf.token("login", person.login().id())
                : xsrf.token("visitor", visitor);
        request.put(Callers.XSRF, expected);
        request.put(Callers.VISITOR, new Callers.Browser(visitor, freshVisitor));
        if (!SAFE.contains(request.method()) && request.route().isPresent()) {
            checkOwnPage(request);
            if (!Xsrf.same(given(request), expected)) {
                throw new HttpFailure(
                        403,
                        "xsrf",
                        "This form is out of date or came from elsewhere. Please load the page again and repeat.");
            }
        }
        Response response = chain.proceed(request);
        boolean page = response.headers().first("content-type").orElse("").startsWith("text/html");
        boolean known = request.attribute(Callers.KEPT).orElse(false);
        return freshVisitor && (page || known) ? cookies.withVisitor(response, visitor) : response;
    }

    /** How a refusal of the sign-in services is told in HTTP. */
    static HttpFailure failure(Refusal refusal) {
        int status = switch (refusal.kind()) {
            case INVALID -> 400;
            case WRONG_CREDENTIALS, FORBIDDEN -> 403;
            case UNKNOWN -> 404;
            case CONFLICT -> 409;
            case TOO_MANY -> 429;
            case BUSY -> 503;
        };
        String code = refusal.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return refusal.retryAfter().isZero()
                ? new HttpFailure(status, code, refusal.text())
                : new HttpFailure(
                        status,
                        code,
                        refusal.text(),
                        Headers.of(
                                "Retry-After",
                                Long.toString(Math.max(1, refusal.retryAfter().toSeconds()))));
    }

    private Optional<Response> judge(Access access, Principal principal, Request request) {
        return switch (access) {
            case Access.Open _, Access.Call _ -> Optional.empty();
            case Access.SignedIn _ ->
                principal instanceof Principal.Person ? Optional.empty() : Optional.of(toSignIn(request));
            case Access.Administrator _ -> {
                if (!(principal instanceof Principal.Person person)) {
                    yield Optional.of(toSignIn(request));
                }
                if (!person.user().admin()) {
                    throw new HttpFailure(403, "forbidden", "This page is for administrators.");
                }
                yield Optional.empty();
            }
            case Access.Api _ -> {
                if (principal instanceof Principal.Anonymous) {
                    throw new HttpFailure(403, "signin.required", "Missing or invalid credentials.");
                }
                yield Optional.empty();
            }
        };
    }

    private static Response toSignIn(Request request) {
        if (!SAFE.contains(request.method())) {
            throw new HttpFailure(403, "signin.required", "Your sign-in has ended. Please sign in and repeat.");
        }
        String here = request.rawPath() + (request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery());
        String next = here.length() > MAX_NEXT ? "" : "?next=" + URLEncoder.encode(here, StandardCharsets.UTF_8);
        return Response.redirect(302, "/hub/login" + next).uncached();
    }

    /** Whoever shows a token, right or wrong, is taken at that. */
    private Optional<Principal> byToken(Request request) {
        return Callers.token(request)
                .map(token -> tokens.verify(token)
                        .<Principal>map(b -> new Principal.Program(b.user(), b.token(), b.rights()))
                        .orElseGet(Principal.Anonymous::new));
    }

    private Principal byCookie(Request request) {
        List<SignIn.Present> present = cookies.logins(request).stream()
                .distinct()
                .limit(MAX_COOKIES)
                .flatMap(secret -> signIn.present(secret).stream())
                .toList();
        if (present.size() > 1) {
            // Over plain http a page on a host below ours can plant its owner's sign-in beside the person's own.
            throw new HttpFailure(
                    400,
                    "cookies.ambiguous",
                    "Your browser sent two sign-ins at once. Delete this site's cookies, then sign in again.");
        }
        return present.isEmpty()
                ? new Principal.Anonymous()
                : new Principal.Person(
                        present.getFirst().user(), present.getFirst().login());
    }

    /** The engine listens on loopback only, so whoever wrote the last entry is our router; those before it anybody may have written. */
    private static Optional<String> forwardedFor(Request request) {
        List<String> lines = request.headers().all("x-forwarded-for");
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String last =
                lines.getLast().substring(lines.getLast().lastIndexOf(',') + 1).strip();
        try {
            return Optional.of(InetAddress.ofLiteral(last).getHostAddress());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Other processes of this machine reach us, too; only the router can sign. */
    private Optional<Callers.Vouched> vouched(Request request) {
        List<String> lines = request.headers().all("x-carrel-identity");
        return lines.size() == 1
                        && signed.verify(Purpose.IDENTITY, "engine", lines.getFirst())
                                instanceof Verified.Genuine(Claims claims)
                        && claims.scopes().size() == 1
                ? Optional.of(new Callers.Vouched(claims.scopes().getFirst(), claims.subject(), claims.login()))
                : Optional.empty();
    }

    private static Optional<String> name(Principal principal) {
        return switch (principal) {
            case Principal.Person person -> Optional.of(person.user().name().value());
            case Principal.Program program -> Optional.of(program.user().name().value());
            case Principal.Anonymous _ -> Optional.empty();
        };
    }

    private void checkHost(Request request) {
        String host = request.host().toLowerCase(Locale.ROOT).replaceFirst(":\\d{1,5}$", "");
        boolean local = host.equals("127.0.0.1") || host.equals("localhost") || host.equals("[::1]");
        // The router leads what is asked there to these routes and to no others.
        boolean apis = host.equals("api." + baseHost)
                && request.route().filter(r -> r.pattern().startsWith(API_HOST)).isPresent();
        // By the name of this machine, for which the proof is that is asked for there.
        boolean passed = request.route()
                .filter(r -> r.pattern().startsWith(HopSigner.CALLS_PATH))
                .isPresent();
        if (!host.equals(baseHost) && !local && !apis && !passed) {
            throw new HttpFailure(421, "host.unknown", "This is not the site you asked for.");
        }
    }

    /** A browser says which page asked; one that does not say is an old one, and the token alone decides. */
    private void checkOwnPage(Request request) {
        Optional<String> site = request.header("sec-fetch-site");
        Optional<String> origin = request.header("origin");
        boolean foreignSite = site.isPresent()
                && !site.get().equals("same-origin")
                && !site.get().equals("none");
        boolean foreignOrigin = origin.isPresent()
                && !origin.get().equals(scheme + "://" + request.host().toLowerCase(Locale.ROOT));
        if (foreignSite || foreignOrigin) {
            throw new HttpFailure(403, "cross-site", "This request came from another site.");
        }
    }

    private static String given(Request request) throws IOException {
        Optional<String> header = request.header("x-xsrftoken");
        if (header.isPresent()) {
            return header.get();
        }
        String type = request.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        return type.startsWith("application/x-www-form-urlencoded")
                ? request.body().form().first("_xsrf").orElse("")
                : "";
    }
}
