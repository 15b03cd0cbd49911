/* Copyright the Carrel authors. */
package dev.carrel.http.server;

/** A stream of server-sent events. Called once, on the request's virtual thread, after the head has been sent. */
@FunctionalInterface
public interface ServerSentEvents {

    /**
     * Sends events until there are no more. When the client goes away or the server drains, the thread is interrupted, so that a wait for
     * the next event ends at once; an {@link InterruptedException} or {@link ClientGoneException} thrown from here is the normal end of a stream.
     */
    void run(EventEmitter events) throws Exception;
}
