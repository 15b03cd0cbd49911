/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.boot.Services;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.cluster.LeaseStore;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.engine.signin.IdentityStore;
import dev.carrel.engine.signin.InvitationStore;
import dev.carrel.engine.signin.LoginStore;
import dev.carrel.engine.signin.RevocationStore;
import dev.carrel.engine.signin.TokenStore;
import dev.carrel.engine.signin.UserStore;
import dev.carrel.engine.store.Stored;
import jakarta.inject.Inject;
import java.util.Optional;

/** Binds every store to SQLite. */
public final class DatabaseModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(UserStore.class).to(SqlUserStore.class);
        bind(LoginStore.class).to(SqlLoginStore.class);
        bind(TokenStore.class).to(SqlTokenStore.class);
        bind(InvitationStore.class).to(SqlInvitationStore.class);
        bind(RevocationStore.class).to(SqlRevocationStore.class);
        bind(IdentityStore.class).to(SqlIdentityStore.class);
        // What is told of when it changes.
        bind(AuditLog.class).annotatedWith(Stored.class).to(SqlAuditLog.class);
        bind(SessionStore.class).annotatedWith(Stored.class).to(SqlSessionStore.class);
        bind(LeaseStore.class).to(SqlLeaseStore.class);
        bind(SqlLeaseStore.class).in(Singleton.class);
        bind(SqlUserStore.class).in(Singleton.class);
        bind(SqlLoginStore.class).in(Singleton.class);
        bind(SqlTokenStore.class).in(Singleton.class);
        bind(SqlInvitationStore.class).in(Singleton.class);
        bind(SqlRevocationStore.class).in(Singleton.class);
        bind(SqlIdentityStore.class).in(Singleton.class);
        bind(SqlAuditLog.class).in(Singleton.class);
        bind(SqlSessionStore.class).in(Singleton.class);
        bind(Closing.class).in(Singleton.class);
        Services.add(binder(), Closing.class);
    }

    @Provides
    @Singleton
    Database database(DataFolder data) {
        return new Database(data.database());
    }

    /** Closes the database after everything else has stopped. */
    private static final class Closing implements Service {
        private final Database database;

        @Inject
        Closing(Database database, Health health) {
            this.database = database;
            health.add(
                    "database",
                    () -> database.answers() ? Optional.empty() : Optional.of("the database does not answer"));
        }

        @Override
        public void start() {}

        @Override
        public void stop() {
            database.close();
        }
    }
}
