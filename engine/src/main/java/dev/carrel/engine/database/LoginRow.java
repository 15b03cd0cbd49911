/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.Login;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;

/**
 * A sign-in.
 *
 * @param secretHash SHA-256, in hex, of the secret in the browser's cookie
 * @param era the account's when it was made: good for nothing in another one
 */
@Stored(name = "engine_logins")
record LoginRow(
        @Key String secretHash,
        @Indexed(name = "of_id") String id,
        @Indexed(name = "of_user") String user,
        String era,
        Instant created,
        Instant lastSeen,
        Instant expires,
        String userAgent,
        @Version long version) {
    static LoginRow of(Login login, String secretHash, String era) {
        return new LoginRow(
                secretHash,
                login.id(),
                login.user().value(),
                era,
                login.created(),
                login.lastSeen(),
                login.expires(),
                Texts.kept(login.userAgent(), 1000),
                0);
    }

    Login login() {
        return new Login(id, new UserName(user), created, lastSeen, expires, userAgent);
    }

    LoginRow in(String another) {
        return new LoginRow(secretHash, id, user, another, created, lastSeen, expires, userAgent, version);
    }

    LoginRow seenAt(Instant at) {
        return new LoginRow(secretHash, id, user, era, created, at, expires, userAgent, version);
    }
}
