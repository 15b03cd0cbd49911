/* Copyright the Carrel authors. */
package dev.carrel.http.outgoing;

import java.io.IOException;

/** Why there is no answer; the message is one sentence for whoever chose the address, and holds neither path nor query. */
public final class OutgoingFailure extends IOException {
    private static final long serialVersionUID = 1L;

    OutgoingFailure(String message) {
        super(message);
    }

    OutgoingFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
