/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keeps sign-ins. Every method is one transaction; thread-safe; throws {@link dev.carrel.engine.store.StoreException}. */
public interface LoginStore {
    /**
     * Adds a sign-in.
     *
     * @param secretHash SHA-256, in hex, of the secret in the browser's cookie
     */
    void add(Login login, String secretHash);

    /** The sign-in whose cookie holds the secret with this hash. */
    Optional<Login> find(String secretHash);

    /** Those of a user, the latest seen first. */
    List<Login> list(UserName user);

    /** Notes a request. */
    void seen(String id, Instant at);

    /** Deletes a sign-in and keeps the revocation, all or nothing; false when there was none (the revocation is kept all the same). */
    boolean end(String id, Revocation revocation);

    /** Deletes those that have expired or were last seen before a moment. */
    int prune(Instant now, Instant lastSeenBefore);
}
