/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Keeps accounts. Every method is one transaction; thread-safe; throws {@link dev.carrel.engine.store.StoreException} when the database does not
 * answer.
 */
public interface UserStore {
    /** Adds an account; false when the name is taken. */
    boolean add(User user);

    /** One account. */
    Optional<User> find(UserName name);

    /** A stretch of the accounts that fit. */
    List<User> list(UserQuery query);

    /** How many accounts fit, whatever offset and limit. */
    int count(UserQuery query);

    /**
     * Changes an account, ends its sign-ins but one and all its API tokens, and revokes what was signed for it, all or nothing. A new password
     * and disabling end its invitation too. What came into being between the revocation's date and the change is revoked as well.
     *
     * @param keepLogin public id of the sign-in to be kept; empty for none
     */
    Outcome change(UserName name, UserChange change, Optional<String> keepLogin, Revocation revocation);

    /** Replaces a password hash by one of the same password unless it has been changed meanwhile. */
    void rehash(UserName name, String oldHash, String newHash);

    /** Deletes an account with its sign-ins, tokens, invitations and ended sessions, and revokes what was signed for it, all or nothing. */
    Outcome delete(UserName name, Revocation revocation);

    /** Notes that a person was active; an earlier moment than the one noted is ignored. */
    void active(UserName name, Instant at);

    /** What became of a change. */
    enum Outcome {
        /** It was done. */
        DONE,
        /** There is no such account. */
        UNKNOWN,
        /** Not done: no enabled administrator would be left. */
        LAST_ADMIN
    }
}
