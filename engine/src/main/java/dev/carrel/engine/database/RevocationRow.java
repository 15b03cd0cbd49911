/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.signed.Revocation;
import java.time.Instant;

/** A revocation. */
@Stored(name = "engine_revocations")
record RevocationRow(
        @Key String kind,
        @Key(Part.SORT) String id,
        Instant notBefore,
        Instant until,
        @Version long version) {
    static RevocationRow of(Revocation revocation) {
        return new RevocationRow(
                revocation.kind().name(), revocation.id(), revocation.notBefore(), revocation.until(), 0);
    }

    /** Of two of the same thing the later counts. */
    RevocationRow and(Revocation other) {
        return new RevocationRow(
                kind,
                id,
                notBefore.isAfter(other.notBefore()) ? notBefore : other.notBefore(),
                until.isAfter(other.until()) ? until : other.until(),
                version);
    }

    Revocation revocation() {
        return new Revocation(Revocation.Kind.valueOf(kind), id, notBefore, until);
    }
}
