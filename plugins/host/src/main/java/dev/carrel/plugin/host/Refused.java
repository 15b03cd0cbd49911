/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

/** A jar was refused. The message names what is wrong and the mend; the jar is named by whoever tells it. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    /** With a message for the operator. */
    public Refused(String message) {
        super(message);
    }

    /** With the failure behind it. */
    public Refused(String message, Throwable cause) {
        super(message, cause);
    }
}
