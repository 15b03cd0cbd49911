/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.User;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An account.
 *
 * @param list {@link #ALL}: every account is in the one list that is in the order of creation
 * @param uid of this account and no later one of the same name
 * @param era another one whenever everything that was opened for the account ends: sign-ins and tokens are good in the era they were made in
 */
@Stored(name = UserRow.TABLE)
record UserRow(
        @Key String name,
        @Indexed(name = "in_order") String list,
        @Indexed(name = "in_order", part = Part.SORT) Instant created,
        boolean admin,
        boolean disabled,
        @Nullable Instant lastActivity,
        @Nullable String passwordHash,
        String uid,
        String era,
        @Version long version) {
    static final String TABLE = "engine_users";
    static final String ALL = "all";

    static UserRow of(User user) {
        return new UserRow(
                user.name().value(),
                ALL,
                user.created(),
                user.admin(),
                user.disabled(),
                user.lastActivity(),
                user.passwordHash(),
                Eras.fresh(),
                Eras.fresh(),
                0);
    }

    User user() {
        return new User(new UserName(name), admin, disabled, created, lastActivity, passwordHash);
    }

    /** Whether it counts as one of those of whom one must be left. */
    boolean administers() {
        return admin && !disabled;
    }

    UserRow with(boolean nowAdmin, boolean nowDisabled) {
        return new UserRow(name, list, created, nowAdmin, nowDisabled, lastActivity, passwordHash, uid, era, version);
    }

    UserRow withPassword(@Nullable String hash) {
        return new UserRow(name, list, created, admin, disabled, lastActivity, hash, uid, era, version);
    }

    UserRow activeAt(Instant at) {
        return new UserRow(name, list, created, admin, disabled, at, passwordHash, uid, era, version);
    }

    UserRow in(String freshEra) {
        return new UserRow(name, list, created, admin, disabled, lastActivity, passwordHash, uid, freshEra, version);
    }
}
