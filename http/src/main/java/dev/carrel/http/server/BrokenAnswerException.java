/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.io.IOException;

/**
 * Thrown by a {@link StreamingBody} whose source broke off, which is no fault of the server: the connection is cut, so that the client can tell that the answer
 * is not whole, and nobody is called to the log.
 */
public final class BrokenAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why, for a log of details. */
    public BrokenAnswerException(String message) {
        super(message);
    }
}
