/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.ApiToken;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API token.
 *
 * @param textHash SHA-256, in hex, of its text
 * @param era the account's when it was made: good for nothing in another one
 */
@Stored(name = "engine_tokens")
record TokenRow(
        @Key String textHash,
        @Indexed(name = "of_id") String id,
        @Indexed(name = "of_user") String user,
        String era,
        String note,
        List<String> scopes,
        Instant created,
        @Nullable Instant expires,
        @Nullable Instant lastUsed,
        @Version long version) {
    static TokenRow of(ApiToken token, String textHash, String era) {
        return new TokenRow(
                textHash,
                token.id(),
                token.user().value(),
                era,
                Texts.kept(token.note(), 1000),
                token.scopes(),
                token.created(),
                token.expires(),
                token.lastUsed(),
                0);
    }

    ApiToken token() {
        return new ApiToken(id, new UserName(user), note, scopes, created, expires, lastUsed);
    }

    TokenRow usedAt(Instant at) {
        return new TokenRow(textHash, id, user, era, note, scopes, created, expires, at, version);
    }
}
