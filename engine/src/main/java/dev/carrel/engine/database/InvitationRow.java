/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The invitation of a user; there is never more than one.
 *
 * @param tokenHash SHA-256, in hex, of the token in the link
 * @param uid of the account that it is for
 */
@Stored(name = "engine_invitations")
record InvitationRow(
        @Key String user,
        @Indexed(name = "of_token") String tokenHash,
        String uid,
        Instant expires,
        @Nullable Instant used,
        @Version long version) {
    boolean good(Instant now) {
        return used == null && expires.isAfter(now);
    }

    InvitationRow usedAt(Instant now) {
        return new InvitationRow(user, tokenHash, uid, expires, now, version);
    }
}
