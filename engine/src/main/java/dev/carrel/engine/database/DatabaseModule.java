/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
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
import dev.carrel.engine.store.Stored;

/** Binds every store to its tables; on which database those are is bound elsewhere. */
public final class DatabaseModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(EngineTables.class).in(Singleton.class);
        bind(UserStore.class).to(UserTable.class).in(Singleton.class);
        bind(LoginStore.class).to(LoginTable.class).in(Singleton.class);
        bind(TokenStore.class).to(TokenTable.class).in(Singleton.class);
        bind(InvitationStore.class).to(InvitationTable.class).in(Singleton.class);
        bind(RevocationStore.class).to(RevocationTable.class).in(Singleton.class);
        bind(IdentityStore.class).to(IdentityTable.class).in(Singleton.class);
        bind(PortStore.class).to(PortTable.class).in(Singleton.class);
        bind(FunctionStore.class).to(FunctionTable.class).in(Singleton.class);
        bind(ScheduleStore.class).to(ScheduleTable.class).in(Singleton.class);
        bind(DeferredStore.class).to(DeferredTable.class).in(Singleton.class);
        bind(LeaseStore.class).to(LeaseTable.class).in(Singleton.class);
        bind(InstanceStore.class).to(InstanceTable.class).in(Singleton.class);
        bind(RoomStore.class).to(RoomTable.class).in(Singleton.class);
        // What is told of when it changes.
        bind(AuditLog.class).annotatedWith(Stored.class).to(AuditTable.class).in(Singleton.class);
        bind(SessionStore.class)
                .annotatedWith(Stored.class)
                .to(SessionTable.class)
                .in(Singleton.class);
    }
}
