/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

/** A command failed; carries the manager's code and its message for the person concerned. */
public final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1;
    private final FailureCode code;

    /** A failure with this code and message. */
    public CommandFailure(FailureCode code, String message) {
        super(message);
        this.code = code;
    }

    /** Why. */
    public FailureCode code() {
        return code;
    }
}
