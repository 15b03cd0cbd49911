/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static dev.carrel.engine.database.Tables.INVITATIONS;
import static dev.carrel.engine.database.Tables.USERS;
import static dev.carrel.engine.database.Tables.number;
import static dev.carrel.engine.database.Tables.text;

import dev.carrel.engine.signin.InvitationStore;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** One-time invitations. */
final class SqlInvitationStore implements InvitationStore {
    private final Database database;

    @Inject
    SqlInvitationStore(Database database) {
        this.database = database;
    }

    @Override
    public void replace(UserName user, String tokenHash, Instant expires) {
        database.change(sql -> {
            sql.deleteFrom(INVITATIONS).where(text("user").eq(user.value())).execute();
            sql.insertInto(INVITATIONS)
                    .set(text("token_hash"), tokenHash)
                    .set(text("user"), user.value())
                    .set(number("expires"), expires.toEpochMilli())
                    .execute();
        });
    }

    @Override
    public Optional<UserName> find(String tokenHash, Instant now) {
        return database.read(sql -> find(sql, tokenHash, now));
    }

    private static Optional<UserName> find(DSLContext sql, String tokenHash, Instant now) {
        return sql.select(text("user"))
                .from(INVITATIONS)
                .where(good(tokenHash, now))
                .fetchOptional(r -> new UserName(r.value1()));
    }

    private static Condition good(String tokenHash, Instant now) {
        // Whoever was disabled meanwhile may not choose a password.
        var enabled =
                DSL.select(text("name")).from(USERS).where(number("disabled").eq(0L));
        return text("token_hash")
                .eq(tokenHash)
                .and(number("used").isNull())
                .and(number("expires").gt(now.toEpochMilli()))
                .and(text("user").in(enabled));
    }

    @Override
    public boolean accept(String tokenHash, Instant now, String passwordHash, Revocation revocation) {
        return database.write(sql -> {
            Optional<UserName> user = find(sql, tokenHash, now);
            if (user.isEmpty()) {
                return false;
            }
            sql.update(INVITATIONS)
                    .set(number("used"), now.toEpochMilli())
                    .where(good(tokenHash, now))
                    .execute();
            sql.update(USERS)
                    .set(text("password_hash"), passwordHash)
                    .where(text("name").eq(user.get().value()))
                    .execute();
            Endings.endAll(sql, user.get(), "", revocation);
            return true;
        });
    }

    @Override
    public int prune(Instant before) {
        return database.write(sql -> sql.deleteFrom(INVITATIONS)
                .where(number("expires")
                        .lt(before.toEpochMilli())
                        .or(number("used").lt(before.toEpochMilli())))
                .execute());
    }
}
