/* Copyright the Carrel authors. */
package dev.carrel.engine.store;

/**
 * The database did not answer, is full, or holds something it must not hold. Nothing of what was asked was done. The message is for
 * operators: it names what was being done, what went wrong and what to do.
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the failure underneath. */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Without one. */
    public StoreException(String message) {
        super(message);
    }
}
