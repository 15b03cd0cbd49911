/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.io.IOException;

/** The client closed the connection, or was cut off, before the exchange was over. Nobody is there to read an answer. */
public final class ClientGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ClientGoneException(String message) {
        super(message);
    }
}
