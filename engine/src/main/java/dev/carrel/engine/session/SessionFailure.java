/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

/** A start or stop was refused; nothing was changed. The message is for the person. */
public final class SessionFailure extends Exception {
    private static final long serialVersionUID = 1;
    private final Kind kind;

    /** Why it was refused. */
    public enum Kind {
        /** The session runs already. */
        ALREADY_RUNNING,
        /** A start or a stop is under way. */
        PENDING,
        /** There is nothing to stop. */
        NOT_RUNNING,
        /** No such image may be chosen. */
        UNKNOWN_IMAGE,
        /** Nothing may start under this name of a server. */
        RESERVED_NAME,
        /** Too many starts are under way or sessions run. */
        TOO_MANY,
        /** The person has as many servers under a name as they may. */
        TOO_MANY_NAMED
    }

    /** A refusal. */
    public SessionFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
