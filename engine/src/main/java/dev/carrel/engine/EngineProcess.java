/* Copyright the Carrel authors. */
package dev.carrel.engine;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.carrel.chassis.boot.ProcessSpec;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.engine.administration.AdministrationModule;
import dev.carrel.engine.api.ApiModule;
import dev.carrel.engine.call.ApiSettings;
import dev.carrel.engine.call.CallModule;
import dev.carrel.engine.call.CallSettings;
import dev.carrel.engine.cluster.ClusterModule;
import dev.carrel.engine.database.DatabaseModule;
import dev.carrel.engine.database.DatabaseSettings;
import dev.carrel.engine.deferred.DeferredModule;
import dev.carrel.engine.deferred.DeferredSettings;
import dev.carrel.engine.desk.DeskModule;
import dev.carrel.engine.event.EventModule;
import dev.carrel.engine.function.FunctionModule;
import dev.carrel.engine.function.FunctionSettings;
import dev.carrel.engine.function.ScheduleSettings;
import dev.carrel.engine.journal.JournalSettings;
import dev.carrel.engine.outgoing.OutgoingModule;
import dev.carrel.engine.outgoing.OutgoingSettings;
import dev.carrel.engine.page.PageModule;
import dev.carrel.engine.plugin.PasswordsModule;
import dev.carrel.engine.plugin.PluginHostModule;
import dev.carrel.engine.plugin.PluginModule;
import dev.carrel.engine.port.PortModule;
import dev.carrel.engine.schedule.ScheduleModule;
import dev.carrel.engine.session.RevocationSource;
import dev.carrel.engine.session.SessionModule;
import dev.carrel.engine.session.SessionSettings;
import dev.carrel.engine.session.Sessions;
import dev.carrel.engine.signin.RevocationStore;
import dev.carrel.engine.signin.RevocationWatcher;
import dev.carrel.engine.signin.SigninModule;
import dev.carrel.engine.signin.SigninSettings;
import dev.carrel.engine.web.EngineSettings;
import dev.carrel.engine.web.WebModule;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import jakarta.inject.Provider;
import java.time.Clock;
import java.util.List;

/** What the engine consists of. */
public final class EngineProcess {
    private EngineProcess() {}

    /** The inventory: settings sections and modules, in the order in which their services start. */
    public static ProcessSpec spec() {
        return new ProcessSpec(
                ProcessName.ENGINE,
                List.of(
                        EngineSettings.class,
                        DatabaseSettings.class,
                        SigninSettings.class,
                        SessionSettings.class,
                        FunctionSettings.class,
                        ScheduleSettings.class,
                        CallSettings.class,
                        DeferredSettings.class,
                        JournalSettings.class,
                        OutgoingSettings.class,
                        ApiSettings.class,
                        InstanceSettings.class),
                List.of(
                        new Keys(),
                        new PluginHostModule(),
                        new DatabaseModule(),
                        new EventModule(),
                        new ClusterModule(),
                        new PasswordsModule(),
                        new SigninModule(),
                        new AdministrationModule(),
                        new SessionModule(),
                        new PortModule(),
                        new FunctionModule(),
                        new CallModule(),
                        new OutgoingModule(),
                        new DeferredModule(),
                        new ScheduleModule(),
                        new PluginModule(),
                        new WebModule(),
                        new DeskModule(),
                        new PageModule(),
                        new ApiModule()));
    }

    /** Signing keys, and the two ends of revocation: sign-in makes them, sessions tell the router. */
    private static final class Keys extends AbstractModule {
        @Provides
        @Singleton
        SigningKeys signingKeys(DataFolder data) {
            return SigningKeys.read(data.signingKey());
        }

        @Provides
        @Singleton
        SignedValues signedValues(SigningKeys keys, Clock clock) {
            return new SignedValues(keys, clock);
        }

        @Provides
        @Singleton
        RevocationSource revocationSource(RevocationStore store, Clock clock) {
            return () -> store.list(clock.instant());
        }

        @Provides
        @Singleton
        RevocationWatcher revocationWatcher(Provider<Sessions> sessions) {
            return () -> sessions.get().revocationsChanged();
        }
    }
}
