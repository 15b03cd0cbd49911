/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.io.OutputStream;

/** An answer's body that is written bit by bit. Called once, on the request's virtual thread, after the head has been sent. */
@FunctionalInterface
public interface StreamingBody {

    /**
     * Writes the body. A write blocks while the client is slow and throws {@link ClientGoneException} once it has gone or stands still for too
     * long. {@code flush} sends what has been written so far. Returning ends the answer; throwing cuts the connection, so that the client
     * can tell the answer is not whole.
     */
    void write(OutputStream out) throws Exception;
}
