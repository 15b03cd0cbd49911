/* Copyright the Carrel authors. */
package dev.carrel.router.page;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.router.page.Notice.Link;
import dev.carrel.router.route.Origin;
import dev.carrel.router.route.SessionRoute;
import dev.carrel.router.route.SessionState;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every notice the router can give, worded in one place. */
@Singleton
public final class Notices {
    private static final int REFRESH_STARTING = 2;
    private static final int REFRESH_ENGINE = 3;

    /** The code of {@link #notThere}. */
    public static final String NOT_THERE = "instance.not-there";
    /** The code of {@link #onlyPosted}. */
    public static final String ONLY_POSTED = "http.only-post";
    /** The code of {@link #notVouched}. */
    public static final String NOT_VOUCHED = "instance.not-vouched";

    private static final int LONGEST_REFRESH = 30;

    private final String base;
    private final PortNotices ports;

    /** Links lead to the site's base URL. */
    @Inject
    public Notices(SiteSettings site) {
        this.base = site.baseUrl().toString();
        this.ports = new PortNotices(base);
    }

    /** Those about named ports. */
    public PortNotices ports() {
        return ports;
    }

    /**
     * A session that is not ready: by its state, and by the reason of its end.
     *
     * @param session as the asker may see it
     * @param query {@code ?next=…} for links that lead back to where the person wanted to go; or empty
     */
    public Notice absent(SessionRoute session, String query) {
        String name = session.pathName();
        return switch (session.state()) {
            case STARTING ->
                about(
                        session,
                        503,
                        "The session is starting",
                        "It will be here in a moment. This page looks again by itself.",
                        List.of(new Link("Show progress", base + "/hub/spawn-pending/" + name + query), home()),
                        REFRESH_STARTING);
            case STOPPING ->
                about(
                        session,
                        503,
                        "The session is stopping",
                        "Its files are being kept. You can have it started again as soon as it has stopped.",
                        List.of(new Link("Start again", base + "/hub/spawn/" + name + query), home()),
                        REFRESH_STARTING);
            case STOPPED, FAILED ->
                about(
                        session,
                        424,
                        title(session),
                        "Your saved files are safe. " + advice(session),
                        List.of(new Link("Start again", base + "/hub/spawn/" + name + query), home()),
                        0);
            case READY -> unreachable(session, Duration.ZERO);
        };
    }

    /** A reason this router does not know is told in the engine's words alone. */
    private static String title(SessionRoute session) {
        return switch (code(session)) {
            case "asked" -> "You stopped this session";
            case "admin" -> "An administrator stopped this session";
            case "shut-down" -> "The session was shut down";
            case "out-of-memory" -> "The session ran out of memory";
            case "crashed" -> "The session's server crashed";
            case "lost" -> "The session was ended from outside";
            case "idle" -> "The session ended because nobody used it";
            case "out-of-time" -> "The session had run for as long as it may";
            case "start-failed" -> "The session could not be started";
            case "start-timeout" -> "The session did not come up in time";
            default -> session.state() == SessionState.FAILED ? "The session has failed" : "The session is stopped";
        };
    }

    private static String advice(SessionRoute session) {
        return switch (code(session)) {
            case "out-of-memory" -> "Start it again, and work on less at once or ask for a larger limit.";
            case "start-failed", "start-timeout" -> "Try again; if it happens every time, ask your administrator.";
            default -> "Start it again to go on where you left off.";
        };
    }

    private static String code(SessionRoute session) {
        return session.reason() == null ? "" : session.reason().code();
    }

    private Link home() {
        return new Link("Open Carrel", base + "/hub/home");
    }

    /**
     * A session that ought to serve but cannot be reached. The longer it has been so, the longer the next attempt is put off.
     *
     * @param since for how long it has not answered
     */
    public Notice unreachable(SessionRoute session, Duration since) {
        long pause = Math.clamp(since.toSeconds() / 2, REFRESH_STARTING, LONGEST_REFRESH);
        return new Notice(
                502,
                "session.unreachable",
                "The session does not answer",
                "It is running as far as we know, but does not take connections. It may be overloaded or about to stop. "
                        + "Your saved files are safe. Trying again by itself; if that does not help, stop it and start it again.",
                session,
                List.of(home()),
                Math.toIntExact(pause));
    }

    /** A session that broke off, or answered what is no HTTP, before its answer began. */
    public Notice brokeOff(SessionRoute session) {
        return new Notice(
                502,
                "session.broke-off",
                "The session did not finish its answer",
                "The connection to it ended before an answer came. Try again; if it happens every time, stop and start the session.",
                session,
                List.of(home()),
                0);
    }

    /**
     * An answer that could be read in more than one way, or in none. Nothing of it is passed on.
     *
     * @param session who gave it; empty for another target
     * @param why one sentence
     */
    public Notice oddAnswer(Optional<SessionRoute> session, String why) {
        return bad(
                session,
                "odd-answer",
                "The answer could not be understood",
                "What came is not HTTP as all programs understand it, so nothing of it was passed on. " + why
                        + " The program that answers there must be mended.");
    }

    /** An answer whose head is too large to be passed on. */
    public Notice headTooLarge(Optional<SessionRoute> session) {
        return bad(
                session,
                "head-too-large",
                "The answer's header is too large",
                "The program that answers there sent more than 64 KiB or 256 lines of header, often cookies that have piled up. Remove this site's cookies from the "
                        + "browser, and if that does not help, mend the program.");
    }

    private Notice bad(Optional<SessionRoute> session, String code, String title, String message) {
        return new Notice(
                502,
                (session.isPresent() ? "session." : "upstream.") + code,
                title,
                message,
                session.orElse(null),
                List.of(new Link("Open Carrel", base + "/hub/home")),
                0);
    }

    /** A session or the engine that thinks for too long. */
    public Notice tooSlow() {
        return Notice.of(
                        504,
                        "upstream.too-slow",
                        "No answer in time",
                        "The request was passed on but was not answered in time. It may still be under way.")
                .with(home());
    }

    /** The engine cannot be reached. */
    public Notice engineDown() {
        return Notice.of(
                        503,
                        "engine.unreachable",
                        "Carrel is starting or restarting",
                        "Sessions that are open keep working meanwhile. This page looks again by itself.")
                .retry(REFRESH_ENGINE);
    }

    /** A route of the table that is no session cannot be reached. */
    public Notice targetDown() {
        return Notice.of(
                        503,
                        "route.unreachable",
                        "The service does not answer",
                        "It does not take connections at present. Try again in a moment.")
                .retry(REFRESH_ENGINE);
    }

    /** A route's target is no URL this router can use. */
    public Notice badTarget() {
        return Notice.of(
                500,
                "route.bad-target",
                "The route leads nowhere",
                "The target of this route is no http, https or http+unix URL. Whoever set it must set it right.");
    }

    /** No route covers the address, and there is no engine that could. */
    public Notice noRoute() {
        return Notice.of(
                404,
                "route.unknown",
                "Nothing is here",
                "No route leads to this address. It may be misspelt, or what was here has been stopped.");
    }

    /** No session of that name is known. */
    public Notice unknownSession() {
        return Notice.of(
                        404,
                        "session.unknown",
                        "There is no such session",
                        "It may have been removed, or its address is misspelt.")
                .with(home());
    }

    /**
     * Nobody knows what is asked for.
     *
     * @param name a host, or a path that begins with a slash
     */
    public Notice unknown(String name) {
        return PortAddress.couldBe(name) ? ports.unknown() : unknownSession();
    }

    /** The session is of another instance, whose router cannot be reached. */
    public Notice instanceUnreachable() {
        return Notice.of(
                        502,
                        "instance.unreachable",
                        "The session's machine does not answer",
                        "The session is on another machine, which does not take connections at present. It may be restarting: your files are there, "
                                + "and this page looks again by itself.")
                .with(new Link("Open Carrel", base + "/hub/home"))
                .retry(REFRESH_ENGINE);
    }

    /** The router of another instance broke off before its answer began. */
    public Notice instanceBrokeOff() {
        return Notice.of(
                        502,
                        "instance.broke-off",
                        "The session's machine did not finish its answer",
                        "The connection to the machine of the session ended before an answer came. Try again.")
                .with(new Link("Open Carrel", base + "/hub/home"));
    }

    /** The instance that is said to have the session does not have it, or this one does not yet. */
    public Notice notThere() {
        return Notice.of(
                        503,
                        NOT_THERE,
                        "The session is not there yet",
                        "It is just being started or removed. This page looks again by itself.")
                .with(new Link("Open Carrel", base + "/hub/home"))
                .retry(REFRESH_STARTING);
    }

    /** Whoever came to the port for other routers did not prove to be one. */
    public Notice notVouched() {
        return Notice.of(
                403,
                NOT_VOUCHED,
                "This port is for the routers of other instances",
                "The request carries no proof of one, or a used or outdated one.");
    }

    /** Nobody can say where the session is, because the engine does not answer. */
    public Notice nobodyKnowsWhere() {
        return Notice.of(
                        503,
                        "engine.unreachable",
                        "Carrel is starting or restarting",
                        "This session is not on this machine, and which one it is on can only be said when Carrel's engine is back. "
                                + "This page looks again by itself.")
                .retry(REFRESH_ENGINE);
    }

    /** Too many names that nobody knows are being asked for. */
    public Notice tooManyQuestions() {
        return Notice.of(
                        503,
                        "session.too-many-questions",
                        "Too many sessions are being looked for at once",
                        "Try again in a few seconds.")
                .retry(REFRESH_ENGINE);
    }

    /** A path of ours on a session's origin that does not exist. */
    public Notice noSuchPage() {
        return Notice.of(404, "http.not-found", "There is no such page", "Addresses under /.carrel/ are Carrel's own.");
    }

    /** A path of ours asked for with a method it does not have. */
    public Notice wrongMethod() {
        return Notice.of(405, "http.method", "This address is only read", "Ask for it with GET.");
    }

    /** A path of ours that takes what is sent to it. */
    public Notice onlyPosted() {
        return Notice.of(405, ONLY_POSTED, "This address takes a message", "Send it with POST.");
    }

    /** A host that is not of this site. */
    public Notice misdirected() {
        return Notice.of(
                        421,
                        "http.unknown-host",
                        "This name is not served here",
                        "This server answers to " + base + " and the sessions' names below it.")
                .with(new Link("Open Carrel", base + "/"));
    }

    /** A ticket that does not let in. */
    public Notice badTicket(Origin origin) {
        return Notice.of(
                        403,
                        "ticket.invalid",
                        "This link has been used or is too old",
                        "Links into a session work once and for a few seconds. Open it again.")
                .with(new Link("Open it", base + "/hub/enter/" + origin.pathName()));
    }

    /** Too many tickets were used within their life. */
    public Notice tooManyTickets() {
        return Notice.of(503, "ticket.too-many", "Too many people are coming in at once", "Try again in a few seconds.")
                .retry(5);
    }

    /** As many pages follow this session as may, or the router is about to stop. */
    public Notice tooManyPages() {
        return Notice.of(
                        503,
                        "session.too-many-pages",
                        "Too many pages follow this session",
                        "Ask for its state now and then instead.")
                .retry(5);
    }

    /** One person, or those of one address, have too many WebSockets open or requests under way. */
    public Notice tooMany(boolean webSockets, boolean ofAddress) {
        return webSockets ? tooManyWebSockets() : ofAddress ? tooManyFromAddress() : tooManyRequests();
    }

    private Notice tooManyFromAddress() {
        return Notice.of(
                        429,
                        "access.too-many-from-address",
                        "Too many requests at once",
                        "As many requests from your network are under way as may be. Try again in a few seconds.")
                .retry(2);
    }

    private Notice tooManyRequests() {
        return Notice.of(
                        429,
                        "access.too-many-requests",
                        "Too many requests at once",
                        "As many requests of yours are under way as one person may have. Wait for some to end, and close windows and programs that keep asking.")
                .retry(2);
    }

    private Notice tooManyWebSockets() {
        return Notice.of(
                        429,
                        "access.too-many-websockets",
                        "Too many WebSockets at once",
                        "As many WebSockets of yours are open as one person may have. Close windows and programs that are not in use.")
                .retry(10);
    }

    /** Nothing says who is asking. */
    public Notice unauthenticated(SessionRoute session) {
        return Notice.of(
                        401,
                        "access.unauthenticated",
                        "Sign in first",
                        "Open the session from Carrel, or send a token in the header Authorization.")
                .with(new Link("Open the session", base + "/hub/enter/" + session.pathName()));
    }

    /** Known, but may not. */
    public Notice forbidden(String who) {
        return Notice.of(
                        403,
                        "access.forbidden",
                        "This token does not open this session",
                        "It is a token of \"" + who + "\" and genuine, but none of its scopes covers this session. "
                                + "Use one with the scope access:servers for it.")
                .with(new Link("Tokens", base + "/hub/token"));
    }

    /** A WebSocket that nothing lets in. */
    public Notice noWay() {
        return Notice.of(
                403, "access.forbidden", "No way in", "Nothing that came with the request opens this session.");
    }

    /** A browser says that the request was made by a page of another origin. */
    public Notice foreignOrigin() {
        return Notice.of(
                403,
                "access.foreign-origin",
                "Another site asked for this",
                "A session takes requests by cookie from its own pages only. Programs send a token in the header Authorization.");
    }

    private static Notice about(
            SessionRoute session, int status, String title, String message, List<Link> links, int retryAfter) {
        return new Notice(status, "session." + session.state().label(), title, message, session, links, retryAfter);
    }
}
