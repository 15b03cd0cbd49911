/* Copyright the Carrel authors. */
package dev.carrel.router.page;

import dev.carrel.router.page.Notice.Link;
import dev.carrel.router.route.PortRoute;
import dev.carrel.router.route.SessionRoute;
import dev.carrel.router.route.SessionState;

/** What the router says in the place of an application behind a named port. Nothing of the session's state or reasons: others read it, too. */
public final class PortNotices {
    private static final int REFRESH = 3;

    private final String base;

    PortNotices(String base) {
        this.base = base;
    }

    /** No port of this session is open under that name; said to those who may use the session. */
    public Notice notOpen(SessionRoute session) {
        return Notice.of(
                        404,
                        "port.not-open",
                        "No port is open under this name",
                        "It may have been closed, or its name is misspelt. Open it on the page Ports of the session.")
                .with(new Link("Show the ports", base + "/hub/ports/" + session.pathName()));
    }

    /** The address has the form of a port's own, but none has it. */
    public Notice unknown() {
        return Notice.of(
                        404,
                        "port.unknown",
                        "No port is open under this address",
                        "It may have been closed, or the address is misspelt. Whoever gave it to you can open it again.")
                .with(new Link("Open Carrel", base + "/hub/home"));
    }

    /** Known, but not shared with. */
    public Notice notShared() {
        return Notice.of(
                        403,
                        "port.not-shared",
                        "This is not shared with you",
                        "Its owner alone says who may use it. Ask them to share it with you.")
                .with(new Link("Open Carrel", base + "/hub/home"));
    }

    /** The session takes connections, but none on this port. */
    public Notice nothingListens(PortRoute port) {
        return Notice.of(
                        502,
                        "port.nothing-listens",
                        "Nothing listens on port " + port.port(),
                        "Nothing listens on port " + port.port()
                                + " in the session: start your application. If it runs, let it listen on 0.0.0.0 "
                                + "rather than on 127.0.0.1 or localhost only. This page looks again by itself.")
                .retry(REFRESH);
    }

    /** The application broke off, or answered what is no HTTP, before its answer began. */
    public Notice brokeOff(PortRoute port) {
        return Notice.of(
                502,
                "port.broke-off",
                "The application did not finish its answer",
                "The program on port " + port.port()
                        + " ended the connection before an answer came, or does not speak HTTP.");
    }

    /** The session does not take connections at all. */
    public Notice unreachable() {
        return Notice.of(
                        502,
                        "port.unreachable",
                        "The session does not answer",
                        "It is running as far as we know, but does not take connections. It may be overloaded or about to stop: try again in a moment.")
                .retry(REFRESH);
    }

    /** The session does not run; said to those with whom a port of it is shared. */
    public Notice asleep(SessionRoute session) {
        boolean soon = session.state() == SessionState.STARTING || session.state() == SessionState.STOPPING;
        return soon
                ? Notice.of(
                                503,
                                "port.session-" + session.state().label(),
                                "The session is " + session.state().label(),
                                "The application is in a session that is not ready. This page looks again by itself.")
                        .retry(REFRESH)
                : Notice.of(
                        424,
                        "port.session-not-running",
                        "The session does not run",
                        "The application is in a session that is not running. Its owner can start it again.");
    }
}
