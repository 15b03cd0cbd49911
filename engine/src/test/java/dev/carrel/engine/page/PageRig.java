/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.Multibinder;
import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.call.ApiSettings;
import dev.carrel.engine.call.CallModule;
import dev.carrel.engine.call.CallSettings;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.cluster.ClusterModule;
import dev.carrel.engine.database.DatabaseModule;
import dev.carrel.engine.database.DatabaseSettings;
import dev.carrel.engine.deferred.DeferredModule;
import dev.carrel.engine.deferred.DeferredParts;
import dev.carrel.engine.deferred.DeferredSettings;
import dev.carrel.engine.deferred.DeferredStore;
import dev.carrel.engine.event.EventModule;
import dev.carrel.engine.function.FunctionModule;
import dev.carrel.engine.function.FunctionSettings;
import dev.carrel.engine.function.ScheduleSettings;
import dev.carrel.engine.journal.JournalSettings;
import dev.carrel.engine.manager.ContainerManager;
import dev.carrel.engine.plugin.PluginHostModule;
import dev.carrel.engine.plugin.PluginModule;
import dev.carrel.engine.plugin.Plugins;
import dev.carrel.engine.port.PortModule;
import dev.carrel.engine.port.Ports;
import dev.carrel.engine.session.SessionSettings;
import dev.carrel.engine.session.Sessions;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.Identities;
import dev.carrel.engine.signin.Invitations;
import dev.carrel.engine.signin.LocalPasswordsAlone;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.engine.signin.RevocationWatcher;
import dev.carrel.engine.signin.SigninModule;
import dev.carrel.engine.signin.SigninSettings;
import dev.carrel.engine.web.EngineServer;
import dev.carrel.engine.web.EngineSettings;
import dev.carrel.engine.web.WebModule;
import dev.carrel.http.outgoing.OutgoingClient;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import dev.carrel.protocol.wire.Message;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The engine's real web server, sign-in and database, with pages over {@link FakeSessions}. */
final class PageRig implements AutoCloseable {
    static final String PASSWORD = "correct horse battery";
    static final int ATTEMPTS_PER_ADDRESS = 1000;
    /** How many functions one person may have. */
    static final int MOST_FUNCTIONS = 2;

    static final SessionAddress ALICE = address("alice", "");

    final FakeSessions sessions = new FakeSessions();
    final SignedValues signed;
    final SigningKeys keys;
    private final List<Service> started = new ArrayList<>();
    private final Injector injector;
    private final EngineServer server;

    PageRig(Path folder) throws IOException {
        this(folder, "");
    }

    /** @param requiredChecks as the setting */
    PageRig(Path folder, String requiredChecks) throws IOException {
        this(folder, requiredChecks, new LocalPasswordsAlone(10));
    }

    PageRig(Path folder, String requiredChecks, Passwords passwords) throws IOException {
        DataFolder data = new DataFolder(folder.toAbsolutePath());
        Files.createDirectories(data.database().getParent());
        keys = SigningKeys.parse("test", SigningKeys.freshLine());
        signed = new SignedValues(keys, Clock.systemUTC());
        injector = Guice.createInjector(new AbstractModule() {
            @Override
            protected void configure() {
                binder().requireExplicitBindings();
                binder().requireAtInjectOnConstructors();
                Multibinder.newSetBinder(binder(), Service.class);
                bind(DataFolder.class).toInstance(data);
                bind(Health.class).toInstance(new Health());
                bind(Clock.class).toInstance(Clock.systemUTC());
                // An internal port of -1 makes the engine's own port 0: any free one.
                bind(InstanceSettings.class).toInstance(new InstanceSettings("", 0, "127.0.0.1", "", "", "", ""));
                bind(SiteSettings.class).toInstance(new SiteSettings(8000, "127.0.0.1", "", -1));
                bind(SigninSettings.class)
                        .toInstance(new SigninSettings(
                                Duration.ofHours(12),
                                Duration.ofDays(30),
                                3,
                                ATTEMPTS_PER_ADDRESS,
                                Duration.ofMinutes(5),
                                Duration.ofMinutes(15),
                                Duration.ofDays(1),
                                true,
                                requiredChecks));
                bind(SigningKeys.class).toInstance(keys);
                bind(SignedValues.class).toInstance(signed);
                bind(RevocationWatcher.class).toInstance(() -> {});
                bind(Sessions.class).toInstance(sessions);
                install(new PluginHostModule());
                install(new DatabaseModule());
                bind(DatabaseSettings.class).toInstance(new DatabaseSettings(""));
                install(new EventModule());
                install(new ClusterModule());
                bind(Passwords.class).toInstance(passwords);
                install(new SigninModule());
                install(new WebModule());
                bind(MeterRegistry.class).toInstance(new SimpleMeterRegistry());
                install(new PluginModule());
                install(new PortModule());
                install(new Functions());
                install(new PageModule());
            }
        });
        server = injector.getInstance(EngineServer.class);
        try {
            server.start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Functions as in service, on a machine whose manager is away: nothing can be started. */
    private static final class Functions extends AbstractModule {
        @Override
        protected void configure() {
            bind(SessionSettings.class)
                    .toInstance(new SessionSettings(
                            List.of("default"),
                            Duration.ofSeconds(20),
                            Duration.ofSeconds(20),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(1),
                            10,
                            0,
                            2,
                            Duration.ZERO,
                            Duration.ZERO,
                            Duration.ofMinutes(5),
                            new DataSize(0),
                            0,
                            "lab",
                            Duration.ofDays(30)));
            bind(ContainerManager.class).toInstance(new NoManager());
            bind(ScheduleSettings.class)
                    .toInstance(new ScheduleSettings(2, Duration.ofMinutes(1), Duration.ofHours(24), "UTC"));
            bind(FunctionSettings.class)
                    .toInstance(new FunctionSettings(
                            List.of("python3", "executable"),
                            MOST_FUNCTIONS,
                            10,
                            10,
                            Duration.ofMinutes(15),
                            DataSize.parse("2GiB"),
                            2000));
            install(new FunctionModule());
            bind(CallSettings.class)
                    .toInstance(new CallSettings(
                            new DataSize(1 << 20), new DataSize(1 << 20), 64, 1000, Duration.ofMillis(200), 0));
            bind(EngineSettings.class).toInstance(new EngineSettings(50));
            bind(JournalSettings.class)
                    .toInstance(
                            new JournalSettings(DataSize.parse("1MiB"), DataSize.parse("16MiB"), Duration.ofDays(14)));
            bind(ApiSettings.class).toInstance(new ApiSettings(List.of("calc=ada/calc")));
            install(new CallModule());
            bind(DeferredSettings.class).toInstance(DeferredParts.settings());
            bind(OutgoingClient.class).toInstance(DeferredParts.outgoing());
            install(new DeferredModule());
        }
    }

    /** A container-manager that is away. */
    private static final class NoManager implements ContainerManager {
        @Override
        public Result call(Command command, Duration timeout, Consumer<Message.Progress> progress)
                throws CommandFailure {
            throw new CommandFailure(FailureCode.MANAGER_UNAVAILABLE, "the container-manager does not answer");
        }

        @Override
        public boolean connected() {
            return false;
        }

        @Override
        public void listen(Consumer<Event> listener) {}
    }

    /** Judges and starts what lies in {@code plugins/}. */
    void startPlugins() throws Exception {
        for (Service service : injector.getInstance(Key.get(new TypeLiteral<Set<Service>>() {}))) {
            if (service.getClass().getPackage().equals(Plugins.class.getPackage())) {
                service.start();
                started.add(service);
            }
        }
    }

    static SessionAddress address(String user, String server) {
        return new SessionAddress(UserName.of(user), new ServerName(server));
    }

    EngineServer server() {
        return server;
    }

    /** An engine gives a call that nobody waits for its result: an error. */
    void finish(String call, int status, String code, String message, String detail) {
        DeferredStore store = injector.getInstance(DeferredStore.class);
        DeferredParts.end(
                store, store.find(call).orElseThrow(), Unattended.Final.refused(status, code, message, detail));
    }

    Ports ports() {
        return injector.getInstance(Ports.class);
    }

    Accounts accounts() {
        return injector.getInstance(Accounts.class);
    }

    Identities identities() {
        return injector.getInstance(Identities.class);
    }

    List<AuditEvent> audit() {
        return injector.getInstance(AuditLog.class).latest(100);
    }

    /** The cookie of a flow that began so many seconds ago. */
    String sealed(String plugin, String visitor, Flows.Flow flow, int age) {
        return injector.getInstance(Flows.class)
                .seal(plugin, visitor, flow, Instant.now().minusSeconds(age));
    }

    /** A fresh browser. */
    TestBrowser browser() {
        return new TestBrowser(server.port());
    }

    void addUser(String name, boolean admin) {
        accounts().add(UserName.of(name), Optional.of(PASSWORD), admin, Caller.COMMAND_LINE);
    }

    String invite(String name) {
        return injector.getInstance(Invitations.class).invite(UserName.of(name), Caller.COMMAND_LINE);
    }

    /** A browser in which a new person is signed in, having just seen their account page. */
    TestBrowser signedIn(String name, boolean admin) {
        addUser(name, admin);
        TestBrowser browser = browser();
        browser.get("/hub/login");
        HttpResponse<String> answer = browser.post("/hub/login", "username", name, "password", PASSWORD);
        if (answer.statusCode() != 303) {
            throw new AssertionError("sign-in answered " + answer.statusCode() + ": " + answer.body());
        }
        browser.get("/hub/account");
        return browser;
    }

    @Override
    public void close() {
        for (Service service : started.reversed()) {
            try {
                service.stop();
            } catch (Exception e) {
                throw new AssertionError("stopping " + service, e);
            }
        }
        server.stop();
        injector.getInstance(Plugins.class).stop();
    }
}
