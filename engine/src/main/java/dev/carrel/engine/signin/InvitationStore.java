/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import java.time.Instant;
import java.util.Optional;

/** Keeps one-time invitations. Every method is one transaction; thread-safe; throws {@link dev.carrel.engine.store.StoreException}. */
public interface InvitationStore {
    /**
     * Adds an invitation in place of any other of that user.
     *
     * @param tokenHash SHA-256, in hex, of the token in the link
     */
    void replace(UserName user, String tokenHash, Instant expires);

    /** Whom an unused, unexpired invitation is for; empty when that account is disabled. */
    Optional<UserName> find(String tokenHash, Instant now);

    /**
     * Uses an invitation up and sets its user's password, when one is given, ending every sign-in and token of before, all or nothing. Of two callers at once one wins.
     *
     * @return false when it was used, has expired, never was, or its user is disabled
     */
    boolean accept(String tokenHash, Instant now, Optional<String> passwordHash, Revocation revocation);

    /** Deletes those that have expired or were used before a moment. */
    int prune(Instant before);
}
