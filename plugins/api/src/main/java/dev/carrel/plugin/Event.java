/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Instant;

/** Something that has happened. New kinds come with new levels of the interface: a listener needs a default branch. */
public sealed interface Event {
    /** When. */
    Instant at();

    /**
     * A session has changed its state.
     *
     * @param session its id, one for each start
     * @param user whose it is
     * @param server the server's name; empty for the default one
     * @param image the image's name in the settings
     * @param reason why it ended; empty while it lives
     * @param started when it was asked for
     */
    record SessionChanged(
            Instant at,
            String session,
            String user,
            String server,
            String image,
            State state,
            String reason,
            Instant started)
            implements Event {
        /** The states of a session, in order. */
        public enum State {
            /** Asked for. */
            PENDING,
            /** Its container is being made, or its server does not answer yet. */
            STARTING,
            /** It can be used. */
            READY,
            /** It is being stopped. */
            STOPPING,
            /** It has ended as it should. */
            STOPPED,
            /** It has ended otherwise. */
            FAILED
        }
    }

    /**
     * Something about somebody's account, sign-in or token, as the audit log tells it.
     *
     * @param actor who did it; empty for somebody not signed in
     * @param action a dotted word: {@code login}, {@code user.added}, {@code token.created} …
     * @param subject whom or what it concerned
     * @param result {@code done}, or why not
     */
    record AccountEvent(Instant at, String actor, String action, String subject, String result) implements Event {}
}
