/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.signed.Revocation;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The router's table of sessions. Every method may block for a few seconds and throws when the router does not answer. */
interface Routes {
    /** Adds or replaces the route of a session. */
    void put(Route route) throws IOException, InterruptedException;

    /** Deletes a route; one that is not there is fine. */
    void delete(String path) throws IOException, InterruptedException;

    /** One session's route by its base path; empty when the router has none. */
    Optional<Known> find(String path) throws IOException, InterruptedException;

    /** Every route that belongs to a session, by origin host. */
    Map<String, Known> list() throws IOException, InterruptedException;

    /** Replaces the list of revocations. */
    void revocations(Collection<Revocation> revocations) throws IOException, InterruptedException;

    /**
     * What the router is told.
     *
     * @param path the base path
     * @param target null unless ready
     * @param reason null while it lives
     * @param log the last lines of its output when it failed
     * @param ends when it is to end; null for not that anybody knew
     */
    record Route(
            String path,
            @Nullable String target,
            String id,
            String user,
            String server,
            String host,
            String state,
            @Nullable String upstreamToken,
            @Nullable Reason reason,
            List<String> log,
            String since,
            @Nullable End ends,
            List<Port> ports) {
        /** Copies the lists. */
        public Route {
            log = List.copyOf(log);
            ports = List.copyOf(ports);
        }

        /** The same with other ports. */
        Route with(List<Port> others) {
            return new Route(
                    path, target, id, user, server, host, state, upstreamToken, reason, log, since, ends, others);
        }
    }

    /**
     * A named port of a session.
     *
     * @param host of its own origin
     * @param shares names of those who may use it besides the session's owner
     */
    record Port(String name, int port, String host, List<String> shares) {}

    /**
     * A planned end.
     *
     * @param at ISO time
     * @param told ISO time since which it is told
     * @param code of the reason
     * @param text one sentence for people
     */
    record End(String at, String told, String code, String text) {}

    /**
     * What the router has.
     *
     * @param path as the router spells it
     * @param target empty for none
     * @param lastActivity ISO time or empty
     * @param lastUse ISO time of the last traffic that shows that somebody uses it; empty when the router does not tell
     * @param ends null for none
     */
    record Known(
            String path,
            String id,
            String state,
            String target,
            String lastActivity,
            String lastUse,
            @Nullable End ends,
            List<Port> ports) {}
}
