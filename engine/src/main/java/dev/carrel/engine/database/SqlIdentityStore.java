/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static dev.carrel.engine.database.Tables.IDENTITIES;
import static dev.carrel.engine.database.Tables.USED_FLOWS;
import static dev.carrel.engine.database.Tables.USERS;
import static dev.carrel.engine.database.Tables.number;
import static dev.carrel.engine.database.Tables.text;

import dev.carrel.engine.signin.IdentityStore;
import dev.carrel.engine.signin.LinkedIdentity;
import dev.carrel.engine.signin.User;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.impl.DSL;

/** Identities and their accounts; flows that have come to their end. */
final class SqlIdentityStore implements IdentityStore {
    private final Database database;

    @Inject
    SqlIdentityStore(Database database) {
        this.database = database;
    }

    @Override
    public Optional<LinkedIdentity> find(String method, String subject) {
        return database.read(sql -> sql.select(Tables.IDENTITY)
                .from(IDENTITIES)
                .where(is(method, subject))
                .fetchOptional(SqlIdentityStore::identity));
    }

    @Override
    public List<LinkedIdentity> list(UserName user) {
        return database.read(sql -> sql.select(Tables.IDENTITY)
                .from(IDENTITIES)
                .where(text("user").eq(user.value()))
                .orderBy(number("linked"), text("method"), text("subject"))
                .fetch(SqlIdentityStore::identity));
    }

    @Override
    public Outcome link(LinkedIdentity identity) {
        return database.write(sql -> {
            boolean there = sql.fetchExists(
                    DSL.selectFrom(USERS).where(text("name").eq(identity.user().value())));
            if (!there) {
                return Outcome.UNKNOWN;
            }
            return insert(sql, identity) ? Outcome.DONE : Outcome.LINKED;
        });
    }

    @Override
    public Outcome create(User user, LinkedIdentity identity) {
        return database.write(sql -> {
            if (sql.fetchExists(DSL.selectFrom(IDENTITIES).where(is(identity.method(), identity.subject())))) {
                return Outcome.LINKED;
            }
            if (!SqlUserStore.add(sql, user)) {
                return Outcome.NAME_TAKEN;
            }
            insert(sql, identity);
            return Outcome.DONE;
        });
    }

    private static boolean insert(DSLContext sql, LinkedIdentity identity) {
        return sql.insertInto(IDENTITIES)
                        .set(text("method"), identity.method())
                        .set(text("subject"), identity.subject())
                        .set(text("user"), identity.user().value())
                        .set(number("linked"), identity.linked().toEpochMilli())
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    @Override
    public boolean unlink(UserName user, String method, String subject, Revocation revocation) {
        return database.write(sql -> {
            int gone = sql.deleteFrom(IDENTITIES)
                    .where(is(method, subject).and(text("user").eq(user.value())))
                    .execute();
            if (gone == 1) {
                Endings.endAll(sql, user, "", revocation);
            }
            return gone == 1;
        });
    }

    @Override
    public boolean use(String flow, Instant until) {
        return database.write(sql -> sql.insertInto(USED_FLOWS)
                        .set(text("id"), flow)
                        .set(number("until"), until.toEpochMilli())
                        .onConflictDoNothing()
                        .execute()
                == 1);
    }

    @Override
    public int prune(Instant now) {
        return database.write(sql -> sql.deleteFrom(USED_FLOWS)
                .where(number("until").le(now.toEpochMilli()))
                .execute());
    }

    private static Condition is(String method, String subject) {
        return text("method").eq(method).and(text("subject").eq(subject));
    }

    private static LinkedIdentity identity(Record r) {
        return new LinkedIdentity(
                r.get(text("method")),
                r.get(text("subject")),
                new UserName(r.get(text("user"))),
                Instant.ofEpochMilli(r.get(number("linked"))));
    }
}
