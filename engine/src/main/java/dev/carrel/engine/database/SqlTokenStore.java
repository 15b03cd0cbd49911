/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import static dev.carrel.engine.database.SqlSessionStore.instant;
import static dev.carrel.engine.database.SqlSessionStore.millis;
import static dev.carrel.engine.database.Tables.API_TOKENS;
import static dev.carrel.engine.database.Tables.number;
import static dev.carrel.engine.database.Tables.text;

import dev.carrel.engine.signin.ApiToken;
import dev.carrel.engine.signin.TokenStore;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Revocation;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.Record;

/** API tokens. */
final class SqlTokenStore implements TokenStore {
    private final Database database;

    @Inject
    SqlTokenStore(Database database) {
        this.database = database;
    }

    @Override
    public void add(ApiToken token, String textHash) {
        database.change(sql -> sql.insertInto(API_TOKENS)
                .set(text("id"), token.id())
                .set(text("text_hash"), textHash)
                .set(text("user"), token.user().value())
                .set(text("note"), token.note())
                .set(text("scopes"), Lists.write(token.scopes()))
                .set(number("created"), token.created().toEpochMilli())
                .set(number("expires"), millis(token.expires()))
                .set(number("last_used"), millis(token.lastUsed()))
                .execute());
    }

    @Override
    public Optional<ApiToken> find(String textHash) {
        return database.read(sql -> sql.select(Tables.API_TOKEN)
                .from(API_TOKENS)
                .where(text("text_hash").eq(textHash))
                .fetchOptional(SqlTokenStore::token));
    }

    @Override
    public List<ApiToken> list(UserName user) {
        return database.read(sql -> sql.select(Tables.API_TOKEN)
                .from(API_TOKENS)
                .where(text("user").eq(user.value()))
                .orderBy(number("created").desc(), text("id"))
                .fetch(SqlTokenStore::token));
    }

    @Override
    public void used(String id, Instant at) {
        database.change(sql -> sql.update(API_TOKENS)
                .set(number("last_used"), at.toEpochMilli())
                .where(text("id").eq(id))
                .execute());
    }

    @Override
    public boolean revoke(UserName user, String id, Revocation revocation) {
        return database.write(sql -> {
            boolean gone = sql.deleteFrom(API_TOKENS)
                            .where(text("id").eq(id).and(text("user").eq(user.value())))
                            .execute()
                    == 1;
            if (gone) {
                SqlRevocationStore.add(sql, revocation);
            }
            return gone;
        });
    }

    @Override
    public int prune(Instant now) {
        return database.write(sql -> sql.deleteFrom(API_TOKENS)
                .where(number("expires").le(now.toEpochMilli()))
                .execute());
    }

    private static ApiToken token(Record r) {
        return new ApiToken(
                r.get(text("id")),
                new UserName(r.get(text("user"))),
                r.get(text("note")),
                Lists.read(r.get(text("scopes"))),
                Instant.ofEpochMilli(r.get(number("created"))),
                instant(r.get(number("expires"))),
                instant(r.get(number("last_used"))));
    }
}
