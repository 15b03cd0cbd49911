/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import org.jspecify.annotations.Nullable;

/** A provider's answer must not sign anybody in. */
final class WrongAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    private final String forPerson;

    /**
     * @param forPerson what the person is told
     * @param message for the log; holds no token
     */
    WrongAnswer(String forPerson, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.forPerson = forPerson;
    }

    /** A token or an answer that is not as it must be: the person can do nothing about it but begin again. */
    static WrongAnswer of(String message) {
        return of(message, null);
    }

    static WrongAnswer of(String message, @Nullable Throwable cause) {
        return new WrongAnswer(
                "The answer of the identity provider was not accepted. Please begin again; the log of the engine says why.",
                message,
                cause);
    }

    String forPerson() {
        return forPerson;
    }
}
