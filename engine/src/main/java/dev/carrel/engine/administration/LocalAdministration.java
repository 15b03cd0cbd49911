/* Copyright the Carrel authors. */
package dev.carrel.engine.administration;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.settings.Settings;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.database.DatabaseModule;
import dev.carrel.engine.database.DatabaseSettings;
import dev.carrel.engine.event.EventModule;
import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionSettings;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.signin.Admission;
import dev.carrel.engine.signin.ApiTokens;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.Invitations;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.engine.signin.RevocationWatcher;
import dev.carrel.engine.signin.Rights;
import dev.carrel.engine.signin.SigninModule;
import dev.carrel.engine.signin.SigninSettings;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.signin.UserQuery;
import dev.carrel.plugin.Database;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * What {@code carrel user} and {@code carrel token} do. A running engine sees every change at its next request; the router hears of revocations at the
 * engine's next reconcile, within two seconds.
 */
public final class LocalAdministration implements AutoCloseable {
    private final OfflineDatabase database;
    private final Accounts accounts;
    private final Invitations invitations;
    private final FirstAdministrator first;
    private final ApiTokens tokens;
    private final SessionStore sessions;

    private LocalAdministration(OfflineDatabase database, Injector injector) {
        this.database = database;
        invitations = injector.getInstance(Invitations.class);
        accounts = injector.getInstance(Accounts.class);
        first = injector.getInstance(FirstAdministrator.class);
        tokens = injector.getInstance(ApiTokens.class);
        sessions = injector.getInstance(SessionStore.class);
    }

    /**
     * Opens an installation's database.
     *
     * @param environment for the settings, usually {@link System#getenv()}
     */
    public static LocalAdministration open(DataFolder data, Map<String, String> environment) {
        Settings settings = Boot.settings(
                data, List.of(DatabaseSettings.class, SigninSettings.class, SessionSettings.class), environment);
        OfflineDatabase database = OfflineDatabase.open(
                data, settings.section(SiteSettings.class), settings.section(DatabaseSettings.class));
        boolean opened = false;
        try {
            LocalAdministration administration = new LocalAdministration(
                    database,
                    Guice.createInjector(
                            new DatabaseModule(),
                            new EventModule(),
                            new SigninModule(),
                            new Surroundings(data, database, settings)));
            opened = true;
            return administration;
        } finally {
            if (!opened) {
                database.close();
            }
        }
    }

    /** Adds an account, with a password or without. */
    public User add(UserName name, Optional<String> password, boolean admin) {
        return accounts.add(name, password, admin, Caller.COMMAND_LINE);
    }

    /** The path of a one-time link that lets somebody in; it ends an earlier one. */
    public String link(UserName name) {
        return "/hub/invite/" + invitations.invite(name, Caller.COMMAND_LINE);
    }

    /** Every account, in the order of creation. */
    public List<User> list() {
        return accounts.list(UserQuery.all(0, Integer.MAX_VALUE));
    }

    /** Keeps somebody out and has the running engine stop their sessions, or lets them in again. */
    public void disable(UserName name, boolean disabled) {
        accounts.disable(name, disabled, Caller.COMMAND_LINE);
        if (disabled) {
            sessions.latest(name).stream()
                    .filter(s -> s.state().live())
                    .forEach(s -> stop(s, Reason.byAdministrator("Your account was disabled.")));
        }
    }

    /** Sets a password and ends every sign-in. */
    public void password(UserName name, String password) {
        accounts.password(name, password, Optional.empty(), Caller.COMMAND_LINE);
    }

    /** Makes an API token; its text is shown this once. */
    public String token(UserName name, List<String> scopes, String note, Optional<Duration> life) {
        return tokens.create(name, Rights.of(accounts.get(name)), scopes, note, life, Caller.COMMAND_LINE)
                .text();
    }

    /** Lets the first administrator in. */
    public FirstAdministrator firstAdministrator() {
        return first;
    }

    /** Asks for a stop of every living session and waits until the running engine has stopped them; the number that still live. */
    public int stopSessions(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        List<Session> living = sessions.living();
        while (!living.isEmpty() && System.nanoTime() < end) {
            living.stream()
                    .filter(s -> s.state() != SessionState.STOPPING)
                    .forEach(s -> stop(s, Reason.byAdministrator("The operator stopped all sessions.")));
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            living = sessions.living();
        }
        return living.size();
    }

    private void stop(Session s, Reason reason) {
        // Somebody else may change it in the same moment; the next round looks again.
        sessions.update(s.to(SessionState.STOPPING, reason, List.of(), Instant.now()));
    }

    @Override
    public void close() {
        database.close();
    }

    /** What the modules need that a process would have. */
    private static final class Surroundings extends AbstractModule {
        private final DataFolder data;
        private final OfflineDatabase database;
        private final Settings settings;

        Surroundings(DataFolder data, OfflineDatabase database, Settings settings) {
            this.data = data;
            this.database = database;
            this.settings = settings;
        }

        @Override
        protected void configure() {
            Multibinder.newSetBinder(binder(), Service.class);
            bind(DataFolder.class).toInstance(data);
            bind(Database.class).toInstance(database.database());
            bind(SigninSettings.class).toInstance(settings.section(SigninSettings.class));
            bind(Passwords.class).toInstance(new OfflinePasswords(data, settings.section(SiteSettings.class)));
            bind(Clock.class).toInstance(Clock.systemUTC());
            // Nobody signs in here.
            bind(Admission.class).toInstance(Admission.EVERYBODY);
            // The engine notices by itself.
            bind(RevocationWatcher.class).toInstance(() -> {});
        }

        @Provides
        @Singleton
        SignedValues signedValues(Clock clock) {
            return new SignedValues(SigningKeys.read(data.signingKey()), clock);
        }
    }
}
