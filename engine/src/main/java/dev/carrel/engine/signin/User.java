/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An account.
 *
 * @param name unique, never changed
 * @param admin whether all scopes are theirs
 * @param disabled whether they are kept out
 * @param created when it was made
 * @param lastActivity when they were last seen; null for never
 * @param passwordHash encoded Argon2id; null when no password was ever set, so that only an invitation lets them in
 */
public record User(
        UserName name,
        boolean admin,
        boolean disabled,
        Instant created,
        @Nullable Instant lastActivity,
        @Nullable String passwordHash) {
    @Override
    public String toString() {
        return "User[" + name + (admin ? ", admin" : "") + (disabled ? ", disabled" : "") + "]";
    }
}
