/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.signed.Revocation;
import java.time.Instant;
import java.util.List;

/** Keeps revocations. Every method is one transaction; thread-safe; throws {@link dev.carrel.engine.store.StoreException}. */
public interface RevocationStore {
    /** Keeps a revocation; of two of the same thing the later counts. */
    void add(Revocation revocation);

    /** Every revocation that can still end something: the list the router needs. */
    List<Revocation> list(Instant now);

    /** Deletes those that can end nothing any more. */
    int prune(Instant now);
}
