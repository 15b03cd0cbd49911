/* Copyright the Carrel authors. */
package dev.carrel.engine.cluster;

import java.time.Instant;

/** Keeps leases. Every method is one transaction; thread-safe; throws {@link dev.carrel.engine.store.StoreException}. */
public interface LeaseStore {
    /**
     * Takes a lease that is free or has run out, or prolongs one's own.
     *
     * @param until when it runs out unless it is prolonged
     * @return whether the holder has it now
     */
    boolean take(String name, String holder, Instant now, Instant until);

    /** Gives up one's own lease; nothing happens when it is somebody else's. */
    void give(String name, String holder);
}
