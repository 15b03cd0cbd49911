/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.signin.LinkedIdentity;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;

/**
 * Which account an identity opens.
 *
 * @param uid of that account: a later one of the same name is not opened
 */
@Stored(name = "engine_identities")
record IdentityRow(
        @Key String method,
        @Key(Part.SORT) String subject,
        @Indexed(name = "of_user") String user,
        String uid,
        Instant linked,
        @Version long version) {
    static IdentityRow of(LinkedIdentity identity, String uid, long version) {
        return new IdentityRow(
                identity.method(), identity.subject(), identity.user().value(), uid, identity.linked(), version);
    }

    LinkedIdentity identity() {
        return new LinkedIdentity(method, subject, new UserName(user), linked);
    }
}
