/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import java.util.List;
import java.util.Optional;

/**
 * The record of security events. Every entry carries a hash over itself and the hash before it, so that an entry that was changed or taken out is
 * found. Thread-safe; throws {@link dev.carrel.engine.store.StoreException}.
 */
public interface AuditLog {
    /** Adds an entry. */
    void append(AuditEvent event);

    /** The latest entries, newest first. */
    List<AuditEvent> latest(int limit);

    /** Reads it all; empty when the chain is whole, else which entry is the first that does not fit. */
    Optional<String> verify();
}
