/* Copyright the Carrel authors. */
package dev.carrel.plugin.table;

/**
 * The database did not do what it was asked. The message is for operators: it names what was being done, what went wrong and what to do, and holds
 * no secret.
 *
 * <p>What was being written has been written as a whole or not at all; which of the two is open when the answer was lost on its way. A write with a
 * condition can be tried again without harm.
 */
public final class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    /**
     * With the failure underneath.
     *
     * @param retryable whether the same call may succeed later: the database is down, overloaded, or too many write the same row
     */
    public DatabaseException(String message, boolean retryable, Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
    }

    /** Without one. */
    public DatabaseException(String message, boolean retryable) {
        super(message);
        this.retryable = retryable;
    }

    /** Whether the same call may succeed later. */
    public boolean retryable() {
        return retryable;
    }
}
