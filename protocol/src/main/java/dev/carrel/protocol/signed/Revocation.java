/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import java.time.Instant;

/**
 * Ends signed values before they expire.
 *
 * @param kind what {@code id} names
 * @param id a login id, a token id or a user name
 * @param notBefore values issued before this moment are dead; values issued at or after it live
 * @param until when every value it could end has expired, so that the entry may be dropped
 */
public record Revocation(Kind kind, String id, Instant notBefore, Instant until) {
    /** What is revoked. */
    public enum Kind {
        /** Everything that descends from one sign-in. */
        LOGIN,
        /** One API token. */
        TOKEN,
        /** Everything of one user. */
        USER
    }
}
