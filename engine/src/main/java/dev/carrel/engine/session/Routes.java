/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.signed.Revocation;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The router's table of sessions. Every method may block for a few seconds and throws when the router does not answer. */
interface Routes {
    /** Adds or replaces the route of a session. */
    void put(Route route) throws IOException, InterruptedException;

    /** Deletes a route; one that is not there is fine. */
    void delete(String path) throws IOException, InterruptedException;

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
            String since) {
        /** Copies the list. */
        public Route {
            log = List.copyOf(log);
        }
    }

    /**
     * What the router has.
     *
     * @param path as the router spells it
     * @param target empty for none
     * @param lastActivity ISO time or empty
     */
    record Known(String path, String id, String state, String target, String lastActivity) {}
}
