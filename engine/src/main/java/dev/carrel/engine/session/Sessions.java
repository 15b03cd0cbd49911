/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** What pages and the REST API may do with sessions. Every method may block on the database; call from virtual threads. */
public interface Sessions {
    /**
     * Asks for a start and returns at once with the session in state pending; the work goes on by itself and is told through
     * {@link #follow}.
     *
     * @param image the policy's name of an image, or empty for the default
     * @throws SessionFailure {@link SessionFailure.Kind#ALREADY_RUNNING}, {@link SessionFailure.Kind#PENDING} (a start or stop is under way),
     *     {@link SessionFailure.Kind#RESERVED_NAME}, {@link SessionFailure.Kind#UNKNOWN_IMAGE}, {@link SessionFailure.Kind#TOO_MANY},
     *     {@link SessionFailure.Kind#TOO_MANY_NAMED}
     */
    Session start(SessionAddress address, Optional<String> image) throws SessionFailure;

    /**
     * As {@link #start}; while a stop is under way the start follows as soon as it has ended, unless {@link #stop} is asked for meanwhile or this process
     * ends. Returns at once.
     *
     * @throws SessionFailure as {@link #start}, but for the stop under way
     */
    void restart(SessionAddress address, Optional<String> image) throws SessionFailure;

    /** Whether a start follows the stop that is under way, or is just about to. */
    boolean restarting(SessionAddress address);

    /**
     * Asks for a stop and returns at once with the session in state stopping.
     *
     * @param reason which the person will read on return
     * @throws SessionFailure {@link SessionFailure.Kind#NOT_RUNNING}
     */
    Session stop(SessionAddress address, Reason reason) throws SessionFailure;

    /**
     * Forgets a server that does not run, with all that is known of its former sessions. The home, which all servers of a person share, stays.
     *
     * @return whether there was one
     * @throws SessionFailure {@link SessionFailure.Kind#ALREADY_RUNNING} when it lives
     */
    boolean remove(SessionAddress address) throws SessionFailure;

    /** Whether a person may have one more server under a name. */
    boolean mayAdd(UserName user);

    /** The latest session of a server, living or ended; empty when it was never started. */
    Optional<Session> find(SessionAddress address);

    /** The latest session of every server of a user. */
    List<Session> list(UserName user);

    /** The latest session of every server of every user, living ones only. */
    List<Session> living();

    /**
     * Waits until the session has left pending, starting or stopping, or the time is over.
     *
     * @return the session as it then is
     */
    Session await(Session session, Duration limit) throws InterruptedException;

    /**
     * Tells every step of a start: first those that have been, then those that come, the last one being ready or failed. Blocks until then, until
     * the listener throws, or the limit; with a limit of zero it tells what has been and returns.
     */
    void follow(Session session, Duration limit, Consumer<Step> listener) throws InterruptedException;

    /** Notes that something went on in it, if only an open page that asks by itself; a moment in the future or before the last one is ignored. */
    void active(SessionAddress address, Instant at);

    /** Notes that somebody used it, which keeps it from being ended as idle; a moment in the future is ignored. */
    void used(SessionAddress address, Instant at);

    /** When it is to end, as its people are told; empty when nobody knows of an end, or it runs on another instance. */
    Optional<PlannedEnd> plannedEnd(Session session);

    /** The names of images a person may choose, the default first. */
    List<String> images();

    /** Tells the router at once which ports of a session are open, and to whom. Never fails: the next reconcile repeats it. */
    void portsChanged(SessionAddress address);

    /** On which port of its container a running session's own server listens; empty when it does not run or nobody knows just now. */
    OptionalInt serverPort(SessionAddress address);

    /** Where the server of a session is that runs on this instance; empty when it does not, or nobody knows just now. */
    Optional<Upstream> upstream(SessionAddress address);

    /** Tells the router at once that these values are revoked; see {@code signin}. Never fails: the next reconcile repeats it. */
    void revocationsChanged();

    /** Convenience for {@link #find} by names. */
    default Optional<Session> find(UserName user, ServerName server) {
        return find(new SessionAddress(user, server));
    }

    /**
     * The server of a session, for requests of our own to it.
     *
     * @param server scheme, host and port
     * @param token that it demands; for nobody's eyes
     */
    record Upstream(URI server, String token) {
        @Override
        public String toString() {
            return "Upstream[" + server + "]";
        }
    }

    /**
     * A step of a start.
     *
     * @param percent 0 to 100, never falling
     * @param message one plain sentence
     * @param state of the session at this step
     * @param at when
     */
    record Step(int percent, String message, SessionState state, Instant at) {}
}
