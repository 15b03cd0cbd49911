/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Keeps which identities open which accounts. An identity opens at most one; an account may be opened by many. They go with the account. Every method
 * is one transaction; thread-safe; throws {@link dev.carrel.engine.store.StoreException}.
 */
public interface IdentityStore {
    /** The link of an identity. */
    Optional<LinkedIdentity> find(String method, String subject);

    /** Those of an account, the oldest first. */
    List<LinkedIdentity> list(UserName user);

    /** Links an identity to an account that is there. */
    Outcome link(LinkedIdentity identity);

    /** Adds an account and links an identity to it, all or nothing. */
    Outcome create(User user, LinkedIdentity identity);

    /**
     * Takes a link away, ends all the account's sign-ins and API tokens and revokes what was signed for it, all or nothing; false when there is no
     * such link.
     */
    boolean unlink(UserName user, String method, String subject, Revocation revocation);

    /** Notes that a flow has come to its end; false when it had before. */
    boolean use(String flow, Instant until);

    /** Forgets flows that nobody can repeat any more. */
    int prune(Instant now);

    /** What became of a link. */
    enum Outcome {
        /** It is there. */
        DONE,
        /** There is no such account. */
        UNKNOWN,
        /** There is an account of that name already. */
        NAME_TAKEN,
        /** The identity opens an account already, this or another one. */
        LINKED
    }
}
