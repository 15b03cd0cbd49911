/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.cluster.InstanceStore;
import dev.carrel.engine.cluster.LeaseStore;
import dev.carrel.engine.cluster.RoomStore;
import dev.carrel.engine.deferred.DeferredStore;
import dev.carrel.engine.function.FunctionStore;
import dev.carrel.engine.schedule.ScheduleStore;
import dev.carrel.engine.session.PortStore;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.engine.signin.IdentityStore;
import dev.carrel.engine.signin.InvitationStore;
import dev.carrel.engine.signin.LoginStore;
import dev.carrel.engine.signin.RevocationStore;
import dev.carrel.engine.signin.TokenStore;
import dev.carrel.engine.signin.UserStore;
import dev.carrel.plugin.Database;

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
        IdentityStore identities,
        PortStore ports,
        InstanceStore instances,
        RoomStore rooms,
        FunctionStore functions,
        DeferredStore deferred,
        ScheduleStore schedules) {
    /** Those over a database. */
    public static Stores of(Database database) {
        EngineTables tables = new EngineTables(database);
        return new Stores(
                new UserTable(tables),
                new LoginTable(tables),
                new TokenTable(tables),
                new InvitationTable(tables),
                new RevocationTable(tables),
                new AuditTable(tables),
                new SessionTable(tables),
                new LeaseTable(tables),
                new IdentityTable(tables),
                new PortTable(tables),
                new InstanceTable(tables),
                new RoomTable(tables),
                new FunctionTable(tables),
                new DeferredTable(tables),
                new ScheduleTable(tables));
    }
}
