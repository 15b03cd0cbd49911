/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.cluster.LeaseStore;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.engine.signin.IdentityStore;
import dev.carrel.engine.signin.InvitationStore;
import dev.carrel.engine.signin.LoginStore;
import dev.carrel.engine.signin.RevocationStore;
import dev.carrel.engine.signin.TokenStore;
import dev.carrel.engine.signin.UserStore;

/** Every store over one database; for tests of those who use stores, too. */
public record Stores(
        UserStore users,
        LoginStore logins,
        TokenStore tokens,
        InvitationStore invitations,
        RevocationStore revocations,
        AuditLog audit,
        SessionStore sessions,
        LeaseStore leases,
        IdentityStore identities) {
    /** Those over SQLite. */
    public static Stores of(Database database) {
        return new Stores(
                new SqlUserStore(database),
                new SqlLoginStore(database),
                new SqlTokenStore(database),
                new SqlInvitationStore(database),
                new SqlRevocationStore(database),
                new SqlAuditLog(database),
                new SqlSessionStore(database),
                new SqlLeaseStore(database),
                new SqlIdentityStore(database));
    }
}
