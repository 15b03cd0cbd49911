/* Copyright the Carrel authors. */
package dev.carrel.http.server;

/**
 * Stands before the handlers of all routes, and also before "not found" and "method not allowed", so that every request passes it
 * exactly once. Called on the request's virtual thread, in the order of registration; must be thread safe.
 */
@FunctionalInterface
public interface Filter {

    /** Either answers itself, or calls {@link Chain#proceed} once and returns its answer, changed or not. */
    Response filter(Request request, Chain chain) throws Exception;

    /** The rest of the way. */
    @FunctionalInterface
    interface Chain {
        /** Runs the next filter or, at the end, the handler; throws what they throw. */
        Response proceed(Request request) throws Exception;
    }
}
