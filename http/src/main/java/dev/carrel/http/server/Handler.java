/* Copyright the Carrel authors. */
package dev.carrel.http.server;

/** Answers requests of one route. Called on a virtual thread of its own for every request, so it may block; must be thread safe. */
@FunctionalInterface
public interface Handler {

    /**
     * Makes the answer.
     *
     * @throws HttpFailure for an answer that is an error with a known status
     * @throws Exception anything else becomes a 500 with an error id; the cause is logged under that id
     */
    Response handle(Request request) throws Exception;
}
