/* Copyright the Carrel authors. */
package dev.carrel.router.decide;

import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.HopSigner;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.Verified;
import dev.carrel.router.decide.Decision.Forward;
import dev.carrel.router.decide.Decision.Kind;
import dev.carrel.router.decide.Decision.Redirect;
import dev.carrel.router.decide.Decision.Say;
import dev.carrel.router.page.Notices;
import dev.carrel.router.page.SessionScript;
import dev.carrel.router.route.Origin;
import dev.carrel.router.route.PortRoute;
import dev.carrel.router.route.RevocationStore;
import dev.carrel.router.route.Route;
import dev.carrel.router.route.RouteTable;
import dev.carrel.router.route.SessionRoute;
import dev.carrel.router.route.SessionState;
import dev.carrel.router.route.Target;
import dev.carrel.router.settings.ProxySettings;
import dev.carrel.router.settings.RouterSettings;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules of docs/architecture.md, "How the router decides". Destinations come from the route table and our settings; what the client sends
 * only chooses among them. Any thread; never blocks.
 */
@Singleton
public final class Decider {
    private static final String ALIVE = "/_chp_healthz";
    /** What the engine calls the place that is the whole of the host {@code api.…}. */
    private static final String APIS = "/api-host";

    private static final Pattern PORT_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,19}");
    private static final int MAX_NEXT = 2_000;
    private static final int MAX_NAME = 512;
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

    private final Hosts hosts;
    private final RouteKeys keys;
    private final boolean standAlone;
    private final RouteTable table;
    private final RevocationStore revocations;
    private final SignedValues values;
    private final Notices notices;
    private final SessionCookie cookie;
    private final Entrance entrance;
    private final Target engine;
    private final Target apis;
    private final String apiHost;
    private final String base;
    private final boolean alone;

    /** The engine listens on 127.0.0.1 at the site's engine port. */
    @Inject
    Decider(
            SiteSettings site,
            InstanceSettings instance,
            RouterSettings settings,
            ProxySettings proxy,
            RouteTable table,
            RevocationStore revocations,
            SignedValues values,
            Notices notices,
            Clock clock) {
        this.hosts = new Hosts(site);
        this.keys = new RouteKeys(proxy);
        this.standAlone = proxy.standAlone();
        this.table = table;
        this.revocations = revocations;
        this.values = values;
        this.notices = notices;
        this.cookie = new SessionCookie(site.https(), settings.sessionCookieLife(), values, revocations, clock);
        this.entrance = new Entrance(values, revocations, new Tickets(clock), cookie, notices);
        this.engine = new Target("127.0.0.1", site.enginePort(), "");
        this.apis = new Target("127.0.0.1", site.enginePort(), APIS);
        this.apiHost = "api." + site.baseHost();
        this.base = site.baseUrl().toString();
        this.alone = instance.alone();
    }

    /** Where a request goes. */
    public Decision decide(Ask ask) {
        if (standAlone) {
            return onBaseHost(ask);
        }
        return switch (hosts.named(ask.host())) {
            case Hosts.Named.Base _ -> onBaseHost(ask);
            // No session's origin: their labels have two hyphens.
            case Hosts.Named.Below(String host) when host.equals(apiHost) -> onApiHost(ask);
            case Hosts.Named.Below(String host) ->
                table.host(host)
                        .flatMap(route -> route.session()
                                .flatMap(session ->
                                        session.origin(host).map(origin -> onOrigin(ask, route, session, origin))))
                        .orElseGet(() -> unknown(host));
            case Hosts.Named.Foreign _ ->
                ask.path().equals(ALIVE) ? new Decision.Alive() : new Say(notices.misdirected());
        };
    }

    /**
     * Where a request goes that the router of another instance passed on: to a session of ours, or nowhere. It is never passed on again, and reaches neither
     * the engine nor any other route.
     */
    public Decision decideForPeer(Ask ask) {
        return switch (decide(ask)) {
            case Decision.Elsewhere _, Decision.Alive _ -> new Say(notices.notThere());
            case Forward forward when !forward.kind().container() -> new Say(notices.notThere());
            case Decision ours -> ours;
        };
    }

    /** Where a request goes of which another instance's engine proved that it passes on a call of a function: to our engine, to the one place for that. */
    public Decision decideForCall(Ask ask) {
        return ask.method().equals(HttpMethod.POST) && HopSigner.isCall(ask.target())
                ? new Forward(Kind.CALL, null, engine, null, null)
                : new Say(notices.notThere());
    }

    private Decision unknown(String name) {
        return alone || name.length() > MAX_NAME ? new Say(notices.unknown(name)) : new Decision.Elsewhere(name);
    }

    /** {@code /user/name/server} of a longer path: that much can name a session. */
    private static String start(String path) {
        int end = 0;
        for (int segment = 0; segment < 3 && end >= 0; segment++) {
            end = path.indexOf('/', end + 1);
        }
        return end < 0 ? path : path.substring(0, end);
    }

    /** Nothing but calls of functions: no page of ours, no session, and no right that a browser brings along by itself. */
    private Decision onApiHost(Ask ask) {
        return ask.path().startsWith("/")
                ? new Forward(Kind.API, null, apis, token(ask).orElse(null), null)
                : new Say(notices.wrongMethod());
    }

    private Decision onBaseHost(Ask ask) {
        if (ask.path().equals(ALIVE)) {
            return new Decision.Alive();
        }
        Optional<Route> matched = table.match(keys.of(ask));
        if (matched.isEmpty()) {
            return standAlone
                    ? new Say(notices.noRoute())
                    : ask.path().startsWith("/user/")
                            ? unknown(start(ask.path()))
                            : new Forward(Kind.ENGINE, null, engine, token(ask).orElse(null), null);
        }
        Route route = matched.get();
        if (route.session().isPresent()) {
            return byToken(ask, route, route.session().get());
        }
        return route.target()
                .<Decision>map(target -> new Forward(Kind.PLAIN, route, target, null, null))
                .orElseGet(() -> new Say(notices.badTarget()));
    }

    /** Cookies count for nothing here: they would come along with whatever a page of the engine's origin was made to ask. */
    private Decision byToken(Ask ask, Route route, SessionRoute session) {
        Optional<Claims> token = token(ask);
        if (token.isEmpty()) {
            return ask.page() ? new Redirect(door(ask, route, session, ""), null) : refuse(ask, session);
        }
        if (Scopes.open(token.get(), session.address())) {
            return within(Kind.TOKEN, ask, route, session, token.get(), null);
        }
        return portNamed(ask, route, session)
                .filter(port -> Scopes.openShared(token.get(), port))
                .map(_ -> within(Kind.TOKEN, ask, route, session, token.get(), null))
                .orElseGet(() -> new Say(notices.forbidden(token.get().subject())));
    }

    private Decision onOrigin(Ask ask, Route route, SessionRoute session, Origin origin) {
        if (Entrance.reserved(ask.path())) {
            return reserved(ask, route, origin);
        }
        Optional<Claims> token = token(ask);
        if (token.isPresent() && opens(token.get(), session, origin)) {
            return into(ask, route, session, origin, token.get(), null);
        }
        Optional<Claims> visitor = cookie.find(ask, origin);
        if (visitor.isPresent()) {
            return fromOwnPages(ask, origin)
                    ? into(
                            ask,
                            route,
                            session,
                            origin,
                            visitor.get(),
                            ask.webSocket() ? null : cookie.renew(visitor.get()))
                    : new Say(notices.foreignOrigin());
        }
        if (origin instanceof PortRoute && cookie.shutOut(ask, origin)) {
            return new Say(notices.ports().notShared());
        }
        if (token.isPresent()) {
            return new Say(notices.forbidden(token.get().subject()));
        }
        return ask.page() ? new Redirect(door(ask, route, session, origin), null) : refuse(ask, session);
    }

    /** What is Carrel's own on every origin; a session's has more of it than a port's, whose pages say nothing of the session. */
    private Decision reserved(Ask ask, Route route, Origin origin) {
        if (origin instanceof SessionRoute session) {
            if (ask.path().equals(SessionScript.PATH)) {
                return ask.safe() ? new Decision.Script() : new Say(notices.wrongMethod());
            }
            if (ask.path().equals(Entrance.STATE)) {
                return ask.method().equals(HttpMethod.GET)
                        ? byWhoMayEnter(ask, session, who -> new Decision.Follow(session, who, ask.acceptsEvents()))
                        : new Say(notices.wrongMethod());
            }
            if (ask.path().equals(Entrance.USED)) {
                return ask.method().equals(HttpMethod.POST)
                        ? byWhoMayEnter(ask, session, who -> new Decision.Used(route, who))
                        : new Say(notices.onlyPosted());
            }
        }
        return entrance.enter(ask, origin);
    }

    private static boolean opens(Claims token, SessionRoute session, Origin origin) {
        return Scopes.open(token, session.address())
                || origin instanceof PortRoute port && Scopes.openShared(token, port);
    }

    private Decision into(
            Ask ask, Route route, SessionRoute session, Origin origin, Claims claims, @Nullable String setCookie) {
        return switch (origin) {
            case SessionRoute _ -> within(Kind.ORIGIN, ask, route, session, claims, setCookie);
            case PortRoute port ->
                toPort(ask, Kind.ORIGIN, route, session, new PortPassage(port, "", ask.target()), claims, setCookie);
        };
    }

    /** To a session's own server, or to a named port by the path that lies under the session's own. */
    private Decision within(
            Kind kind, Ask ask, Route route, SessionRoute session, Claims claims, @Nullable String setCookie) {
        PortPassage.Named named = PortPassage.named(route, ask.target());
        if (named == null) {
            return to(ask, kind, route, session, claims, setCookie);
        }
        Optional<PortRoute> port = session.port(named.name());
        if (port.isEmpty()) {
            return new Say(notices.ports().notOpen(session));
        }
        String prefix = port.get().prefix();
        if (!named.rest().startsWith("/") && ask.safe()) {
            // Or the application's relative addresses would lead beside it.
            return new Redirect(prefix + named.target(), setCookie);
        }
        return toPort(
                ask, kind, route, session, new PortPassage(port.get(), prefix, named.target()), claims, setCookie);
    }

    private Decision toPort(
            Ask ask,
            Kind kind,
            Route route,
            SessionRoute session,
            PortPassage passage,
            Claims claims,
            @Nullable String setCookie) {
        if (session.state() != SessionState.READY) {
            return new Say(
                    session.admits(claims.subject())
                            ? notices.absent(session, next(ask, passage.port().prefix() + passage.target()))
                            : notices.ports().asleep(session));
        }
        // The session's own server is never reached by the right to a port, whatever the engine said.
        return route.target()
                .filter(server -> server.via() != Target.Via.UNIX
                        && server.port() != passage.port().port())
                .<Decision>map(
                        server -> new Forward(kind, route, passage.port().target(server), claims, setCookie, passage))
                .orElseGet(() -> new Say(notices.ports().unknown()));
    }

    private static Optional<PortRoute> portNamed(Ask ask, Route route, SessionRoute session) {
        PortPassage.Named named = PortPassage.named(route, ask.target());
        return named == null ? Optional.empty() : session.port(named.name());
    }

    /** Who may enter may know how it is, which is no use of the session, and may say that it is used. */
    private Decision byWhoMayEnter(Ask ask, SessionRoute session, Function<Claims, Decision> granted) {
        Optional<Claims> token = token(ask).filter(claims -> Scopes.open(claims, session.address()));
        Optional<Claims> visitor = token.or(() -> cookie.find(ask, session));
        if (visitor.isEmpty()) {
            return refuse(ask, session);
        }
        return token.isPresent() || fromOwnPages(ask, session)
                ? granted.apply(visitor.get())
                : new Say(notices.foreignOrigin());
    }

    private Decision to(
            Ask ask, Kind kind, Route route, SessionRoute session, Claims claims, @Nullable String setCookie) {
        if (session.state() != SessionState.READY) {
            boolean owner = claims.subject().equals(session.user());
            return new Say(notices.absent(owner ? session : session.withoutLog(), next(ask)));
        }
        return route.target()
                .<Decision>map(target -> new Forward(kind, route, target, claims, setCookie))
                .orElseGet(() -> new Say(notices.badTarget()));
    }

    /** A WebSocket that may not be opened is forbidden rather than asked to sign in: nobody would see the question. */
    private Decision refuse(Ask ask, SessionRoute session) {
        return new Say(ask.webSocket() ? notices.noWay() : notices.unauthenticated(session));
    }

    /**
     * A cookie comes along whoever made the browser ask, so the browser must say that a page of this very origin did, or the person: by typing
     * an address or following a link. Sibling sessions are other origins, though browsers call them the same site.
     */
    private boolean fromOwnPages(Ask ask, Origin origin) {
        String own = hosts.origin(origin.host());
        Optional<String> by = ask.origin();
        if (ask.webSocket()) {
            return by.isPresent() && by.get().equals(own);
        }
        boolean followed = ask.safe()
                && ask.fetch("mode").orElse("").equals("navigate")
                && ask.fetch("dest").orElse("document").equals("document");
        Optional<String> site = ask.fetch("site");
        if (site.isPresent() && !OWN_SITE.contains(site.get()) && !followed) {
            return false;
        }
        return by.isEmpty() || by.get().equals(own);
    }

    private Optional<Claims> token(Ask ask) {
        List<String> given = ask.headers().getAll(HttpHeaderNames.AUTHORIZATION);
        if (given.size() != 1) {
            return Optional.empty();
        }
        String header = given.getFirst();
        int blank = header.indexOf(' ');
        String scheme = blank < 0 ? "" : header.substring(0, blank).toLowerCase(Locale.ROOT);
        if (!scheme.equals("token") && !scheme.equals("bearer")) {
            return Optional.empty();
        }
        return values.verify(Purpose.API, "", header.substring(blank + 1).strip())
                                instanceof Verified.Genuine(Claims claims)
                        && !revocations.revoked(claims)
                ? Optional.of(claims)
                : Optional.empty();
    }

    /** Where a browser is let in: a named port has a door of its own, also for those who know it by its path only. */
    private static String door(Ask ask, Route route, SessionRoute session, String before) {
        PortPassage.Named named = PortPassage.named(route, ask.target());
        return named != null && PORT_NAME.matcher(named.name()).matches()
                ? enter(session.pathName() + "/ports/" + named.name(), ask, named.target(), before)
                : enter(session.pathName(), ask, ask.target(), before);
    }

    private String door(Ask ask, Route route, SessionRoute session, Origin origin) {
        return switch (origin) {
            case SessionRoute _ -> door(ask, route, session, base);
            case PortRoute port -> enter(port.pathName(), ask, ask.target(), base);
        };
    }

    private static String enter(String name, Ask ask, String target, String before) {
        return before + "/hub/enter/" + name + next(ask, target);
    }

    private static String next(Ask ask) {
        return next(ask, ask.target());
    }

    /** The query that brings a page's reader back to it; empty when a program asks, or for a path too long to be carried along. */
    private static String next(Ask ask, String target) {
        return !ask.page() || target.length() > MAX_NEXT
                ? ""
                : "?next=" + URLEncoder.encode(target, StandardCharsets.UTF_8);
    }
}
