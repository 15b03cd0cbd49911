/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.signed.Revocation;
import java.util.Collection;

/** Where the list of revocations for the router comes from. */
@FunctionalInterface
public interface RevocationSource {
    /** Every revocation that still matters. May block on the database. */
    Collection<Revocation> revocations();
}
