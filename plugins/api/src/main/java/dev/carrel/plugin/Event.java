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
            SessionChanged.State state,
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

    /**
     * A published function has changed. Its calls are no events, for there may be thousands a second: they come as totals to {@link UsageAccounting}.
     *
     * @param owner who has published it
     * @param function its name, which is the owner's own
     * @param version the version that it is about, from 1 on
     * @param reason why, for people; empty where somebody asked for it
     */
    record FunctionChanged(Instant at, String owner, String function, long version, Change change, String reason)
            implements Event {
        /** What may happen to a version of a function. */
        public enum Change {
            /** It is there and can be called by its number. */
            PUBLISHED,
            /** It is what callers get who name no version. */
            ACTIVATED,
            /** Its workers fail so often that none is started any more, until somebody acts. */
            HALTED,
            /** It is gone. */
            DELETED
        }
    }

    /**
     * A task of a batch has changed its state.
     *
     * @param task its id
     * @param attempt which run of it; 0 before the first
     * @param user who has handed it in
     * @param reason why it ended; empty while it lives
     */
    record TaskChanged(Instant at, String task, int attempt, String user, TaskChanged.State state, String reason)
            implements Event {
        /** The states of a task, in order. */
        public enum State {
            /** It waits for a worker, or for other tasks. */
            WAITING,
            /** A worker has it. */
            RUNNING,
            /** It has ended as it should. */
            DONE,
            /** It has ended otherwise, and is not tried again. */
            FAILED,
            /** Somebody has called it off. */
            CANCELLED
        }
    }
}
