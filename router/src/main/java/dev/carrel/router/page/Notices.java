/* Copyright the Carrel authors. */
package dev.carrel.router.page;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.router.page.Notice.Link;
import dev.carrel.router.route.SessionRoute;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/** Every notice the router can give, worded in one place. */
@Singleton
public final class Notices {
    private static final int REFRESH_STARTING = 2;
    private static final int REFRESH_ENGINE = 3;

    private final String base;

    /** Links lead to the site's base URL. */
    @Inject
    public Notices(SiteSettings site) {
        this.base = site.baseUrl().toString();
    }

    /** A session that is not ready: by its state. */
    public Notice absent(SessionRoute session) {
        String name = session.pathName();
        Link home = new Link("Open Carrel", base + "/hub/home");
        return switch (session.state()) {
            case STARTING ->
                about(
                        session,
                        503,
                        "The session is starting",
                        "It will be here in a moment. This page looks again by itself.",
                        List.of(new Link("Show progress", base + "/hub/spawn-pending/" + name), home),
                        REFRESH_STARTING);
            case STOPPING ->
                about(
                        session,
                        503,
                        "The session is stopping",
                        "Its files are being kept. Wait a moment, then start it again.",
                        List.of(home),
                        REFRESH_STARTING);
            case STOPPED ->
                about(
                        session,
                        424,
                        "The session is stopped",
                        "Your files are kept. Start it again to go on where you left off.",
                        List.of(new Link("Start again", base + "/hub/spawn/" + name), home),
                        0);
            case FAILED ->
                about(
                        session,
                        424,
                        "The session has failed",
                        "Your files are kept. What is known of the cause stands below.",
                        List.of(new Link("Start again", base + "/hub/spawn/" + name), home),
                        0);
            case READY -> unreachable(session);
        };
    }

    /** A session that ought to serve but cannot be reached. */
    public Notice unreachable(SessionRoute session) {
        return new Notice(
                502,
                "session.unreachable",
                "The session does not answer",
                "It is running as far as we know, but does not take connections. It may be overloaded or about to stop: try again in a moment, "
                        + "or stop and start it.",
                session,
                List.of(new Link("Open Carrel", base + "/hub/home")),
                0);
    }

    /** A session that broke off, or answered what is no HTTP, before its answer began. */
    public Notice brokeOff(SessionRoute session) {
        return new Notice(
                502,
                "session.broke-off",
                "The session did not finish its answer",
                "The connection to it ended before an answer came. Try again; if it happens every time, stop and start the session.",
                session,
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
                .with(new Link("Open Carrel", base + "/hub/home"));
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
                "The target of this route is not an http URL. Whoever set it must set it right.");
    }

    /** No session of that name is known. */
    public Notice unknownSession() {
        return Notice.of(
                        404,
                        "session.unknown",
                        "There is no such session",
                        "It may have been removed, or its address is misspelt.")
                .with(new Link("Open Carrel", base + "/hub/home"));
    }

    /** A path of ours on a session's origin that does not exist. */
    public Notice noSuchPage() {
        return Notice.of(404, "http.not-found", "There is no such page", "Addresses under /.carrel/ are Carrel's own.");
    }

    /** A path of ours asked for with a method it does not have. */
    public Notice wrongMethod() {
        return Notice.of(405, "http.method", "This address is only read", "Ask for it with GET.");
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
    public Notice badTicket(SessionRoute session) {
        return Notice.of(
                        403,
                        "ticket.invalid",
                        "This link has been used or is too old",
                        "Links into a session work once and for a few seconds. Open the session again.")
                .with(new Link("Open the session", base + "/hub/enter/" + session.pathName()));
    }

    /** Too many tickets were used within their life. */
    public Notice tooManyTickets() {
        return Notice.of(503, "ticket.too-many", "Too many people are coming in at once", "Try again in a few seconds.")
                .retry(5);
    }

    /** Nothing says who is asking. */
    public Notice unauthenticated() {
        return Notice.of(
                        401,
                        "access.unauthenticated",
                        "Sign in first",
                        "Open the session from Carrel, or send a token in the header Authorization.")
                .with(new Link("Open Carrel", base + "/hub/home"));
    }

    /** Known, but may not. */
    public Notice forbidden() {
        return Notice.of(
                        403,
                        "access.forbidden",
                        "This token does not open this session",
                        "It is genuine, but none of its scopes covers this session.")
                .with(new Link("Open Carrel", base + "/hub/home"));
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
