/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static dev.carrel.engine.database.Tables.LOGINS;
import static dev.carrel.engine.database.Tables.number;
import static dev.carrel.engine.database.Tables.text;

import dev.carrel.engine.signin.Login;
import dev.carrel.engine.signin.LoginStore;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.Record;

/** Sign-ins. */
final class SqlLoginStore implements LoginStore {
    private final Database database;

    @Inject
    SqlLoginStore(Database database) {
        this.database = database;
    }

    @Override
    public void add(Login login, String secretHash) {
        database.change(sql -> sql.insertInto(LOGINS)
                .set(text("id"), login.id())
                .set(text("secret_hash"), secretHash)
                .set(text("user"), login.user().value())
                .set(number("created"), login.created().toEpochMilli())
                .set(number("last_seen"), login.lastSeen().toEpochMilli())
                .set(number("expires"), login.expires().toEpochMilli())
                .set(text("user_agent"), login.userAgent())
                .execute());
    }

    @Override
    public Optional<Login> find(String secretHash) {
        return database.read(sql -> sql.select(Tables.LOGIN)
                .from(LOGINS)
                .where(text("secret_hash").eq(secretHash))
                .fetchOptional(SqlLoginStore::login));
    }

    @Override
    public List<Login> list(UserName user) {
        return database.read(sql -> sql.select(Tables.LOGIN)
                .from(LOGINS)
                .where(text("user").eq(user.value()))
                .orderBy(number("last_seen").desc())
                .fetch(SqlLoginStore::login));
    }

    @Override
    public void seen(String id, Instant at) {
        database.change(sql -> sql.update(LOGINS)
                .set(number("last_seen"), at.toEpochMilli())
                .where(text("id").eq(id).and(number("last_seen").lt(at.toEpochMilli())))
                .execute());
    }

    @Override
    public boolean end(String id, Revocation revocation) {
        return database.write(sql -> {
            SqlRevocationStore.add(sql, revocation);
            return sql.deleteFrom(LOGINS).where(text("id").eq(id)).execute() == 1;
        });
    }

    @Override
    public int prune(Instant now, Instant lastSeenBefore) {
        return database.write(sql -> sql.deleteFrom(LOGINS)
                .where(number("expires")
                        .le(now.toEpochMilli())
                        .or(number("last_seen").lt(lastSeenBefore.toEpochMilli())))
                .execute());
    }

    private static Login login(Record r) {
        return new Login(
                r.get(text("id")),
                new UserName(r.get(text("user"))),
                Instant.ofEpochMilli(r.get(number("created"))),
                Instant.ofEpochMilli(r.get(number("last_seen"))),
                Instant.ofEpochMilli(r.get(number("expires"))),
                r.get(text("user_agent")));
    }
}
