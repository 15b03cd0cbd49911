/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static dev.carrel.engine.database.Tables.REVOCATIONS;
import static dev.carrel.engine.database.Tables.number;
import static dev.carrel.engine.database.Tables.text;

import dev.carrel.engine.signin.RevocationStore;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import org.jooq.DSLContext;

/** Revocations. */
final class SqlRevocationStore implements RevocationStore {
    private final Database database;

    @Inject
    SqlRevocationStore(Database database) {
        this.database = database;
    }

    @Override
    public void add(Revocation revocation) {
        database.change(sql -> add(sql, revocation));
    }

    /** Within a transaction of another store. */
    static void add(DSLContext sql, Revocation revocation) {
        sql.execute(
                "insert into revocations (kind, id, not_before, until) values (?, ?, ?, ?) on conflict (kind, id) do update set"
                        + " not_before = max(not_before, excluded.not_before), until = max(until, excluded.until)",
                revocation.kind().name(),
                revocation.id(),
                revocation.notBefore().toEpochMilli(),
                revocation.until().toEpochMilli());
    }

    @Override
    public List<Revocation> list(Instant now) {
        return database.read(sql -> sql.select(Tables.REVOCATION)
                .from(REVOCATIONS)
                .where(number("until").gt(now.toEpochMilli()))
                .fetch(r -> new Revocation(
                        Revocation.Kind.valueOf(r.get(text("kind"))),
                        r.get(text("id")),
                        Instant.ofEpochMilli(r.get(number("not_before"))),
                        Instant.ofEpochMilli(r.get(number("until"))))));
    }

    @Override
    public int prune(Instant now) {
        return database.write(sql -> sql.deleteFrom(REVOCATIONS)
                .where(number("until").le(now.toEpochMilli()))
                .execute());
    }
}
