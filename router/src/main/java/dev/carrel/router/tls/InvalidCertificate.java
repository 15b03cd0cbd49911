/* Copyright the Carrel authors. */
package dev.carrel.router.tls;

/** A certificate or key cannot be used. The message names the file, what is wrong with it and what to do; callers show it as it is. */
public final class InvalidCertificate extends Exception {
    private static final long serialVersionUID = 1L;

    /** With what to do in it. */
    public InvalidCertificate(String message) {
        super(message);
    }

    InvalidCertificate(String message, Throwable cause) {
        super(message, cause);
    }
}
