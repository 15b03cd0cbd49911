/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keeps API tokens. Every method is one transaction; thread-safe; throws {@link dev.carrel.engine.store.StoreException}. */
public interface TokenStore {
    /**
     * Adds a token.
     *
     * @param textHash SHA-256, in hex, of its text
     */
    void add(ApiToken token, String textHash);

    /** The token whose text has this hash. */
    Optional<ApiToken> find(String textHash);

    /** Those of a user, the newest first. */
    List<ApiToken> list(UserName user);

    /** Notes a use. */
    void used(String id, Instant at);

    /** Deletes a token of a user and keeps the revocation, all or nothing; false, and nothing kept, when the user has no such token. */
    boolean revoke(UserName user, String id, Revocation revocation);

    /** Deletes those that have expired. */
    int prune(Instant now);
}
