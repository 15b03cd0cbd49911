/* Copyright the Carrel authors. */
package dev.carrel.router.route;

/** What was posted is no route. The message goes to the caller. */
public final class InvalidRoute extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidRoute(String message) {
        super(message);
    }
}
