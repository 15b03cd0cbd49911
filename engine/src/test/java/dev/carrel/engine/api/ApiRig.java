/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
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
import dev.carrel.engine.cluster.ClusterModule;
import dev.carrel.engine.cluster.InstanceStore;
import dev.carrel.engine.database.DatabaseModule;
import dev.carrel.engine.database.DatabaseSettings;
import dev.carrel.engine.deferred.DeferredModule;
import dev.carrel.engine.deferred.DeferredParts;
import dev.carrel.engine.deferred.DeferredSettings;
import dev.carrel.engine.desk.Desk;
import dev.carrel.engine.desk.DeskModule;
import dev.carrel.engine.event.EventModule;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionModule;
import dev.carrel.engine.function.FunctionSettings;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionStore;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.function.FunctionsAfresh;
import dev.carrel.engine.function.Publishing;
import dev.carrel.engine.function.ScheduleSettings;
import dev.carrel.engine.function.SpecRules;
import dev.carrel.engine.journal.JournalSettings;
import dev.carrel.engine.page.PageModule;
import dev.carrel.engine.plugin.PluginHostModule;
import dev.carrel.engine.plugin.PluginModule;
import dev.carrel.engine.plugin.Plugins;
import dev.carrel.engine.port.PortModule;
import dev.carrel.engine.port.Ports;
import dev.carrel.engine.session.PortStore;
import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.session.SessionStore;
import dev.carrel.engine.session.SessionsOverFakes;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.signin.ApiTokens;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.AuditLog;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.FakeClock;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.engine.signin.RevocationWatcher;
import dev.carrel.engine.signin.Rights;
import dev.carrel.engine.signin.SigninModule;
import dev.carrel.engine.signin.SigninSettings;
import dev.carrel.engine.signin.UserQuery;
import dev.carrel.engine.web.EngineServer;
import dev.carrel.engine.web.EngineSettings;
import dev.carrel.engine.web.WebModule;
import dev.carrel.http.outgoing.OutgoingClient;
import dev.carrel.http.server.Route;
import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The whole engine but its manager and router: real server, routes, sign-in, database and sessions. Time stands still unless moved. */
final class ApiRig implements AutoCloseable {
    /** How many functions one person may have. */
    static final int MOST_FUNCTIONS = 8;
    /** How many versions of a function are kept. */
    static final int KEPT_VERSIONS = 12;

    final FakeClock clock = new FakeClock();
    final SessionsOverFakes sessions;
    private final SigningKeys keys = SigningKeys.parse("test", SigningKeys.freshLine());
    private final Injector injector;
    private final EngineServer server;
    private @Nullable Plugins plugins;

    ApiRig(Path folder) throws IOException {
        this(folder, 100);
    }

    /** With "root", an administrator, and "ada". */
    ApiRig(Path folder, int maxStarting) throws IOException {
        sessions = new SessionsOverFakes(maxStarting);
        DataFolder data = new DataFolder(folder.toAbsolutePath());
        Files.createDirectories(data.database().getParent());
        injector = Guice.createInjector(new Outside(data), sessions);
        server = injector.getInstance(EngineServer.class);
        server.start();
        try {
            sessions.compare(injector);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        add("root", true);
        add("ada", false);
    }

    /** What else the engine needs. */
    private final class Outside extends AbstractModule {
        private final DataFolder data;

        Outside(DataFolder data) {
            this.data = data;
        }

        @Override
        protected void configure() {
            binder().requireExplicitBindings();
            Multibinder.newSetBinder(binder(), Service.class);
            bind(DataFolder.class).toInstance(data);
            bind(Health.class).toInstance(new Health());
            bind(Clock.class).toInstance(clock);
            // An internal port of -1 makes the engine's own port 0: any free one.
            bind(InstanceSettings.class).toInstance(new InstanceSettings("", 0, "127.0.0.1", "", "", "", ""));
            bind(SiteSettings.class).toInstance(new SiteSettings(8000, "127.0.0.1", "", -1));
            bind(SigninSettings.class)
                    .toInstance(new SigninSettings(
                            Duration.ofHours(12),
                            Duration.ofDays(30),
                            3,
                            1000,
                            Duration.ofMinutes(5),
                            Duration.ofMinutes(15),
                            Duration.ofDays(1),
                            true,
                            ""));
            bind(SigningKeys.class).toInstance(keys);
            bind(SignedValues.class).toInstance(new SignedValues(keys, clock));
            bind(RevocationWatcher.class).toInstance(() -> {});
            install(new PluginHostModule());
            install(new DatabaseModule());
            bind(DatabaseSettings.class).toInstance(new DatabaseSettings(""));
            install(new EventModule());
            install(new ClusterModule());
            bind(Passwords.class).toInstance(Passwords.NONE);
            install(new SigninModule());
            install(new WebModule());
            install(new DeskModule());
            install(new PluginModule());
            install(new PortModule());
            bind(FunctionSettings.class)
                    .toInstance(new FunctionSettings(
                            List.of("python3", "executable", "julia=julia-image", "juliabox=other"),
                            MOST_FUNCTIONS,
                            KEPT_VERSIONS,
                            10,
                            Duration.ofMinutes(15),
                            DataSize.parse("2GiB"),
                            2000));
            install(new FunctionModule());
            bind(CallSettings.class)
                    .toInstance(new CallSettings(
                            new DataSize(1 << 20), new DataSize(1 << 20), 64, 1000, Duration.ofSeconds(30), 0));
            bind(ApiSettings.class).toInstance(new ApiSettings(List.of("calc=ada/calc")));
            install(new CallModule());
            bind(DeferredSettings.class).toInstance(DeferredParts.settings());
            bind(OutgoingClient.class).toInstance(DeferredParts.outgoing());
            install(new DeferredModule());
            install(new PageModule());
            install(new ApiModule());
            smallSettings();
        }

        private void smallSettings() {
            bind(ScheduleSettings.class)
                    .toInstance(new ScheduleSettings(2, Duration.ofMinutes(1), Duration.ofHours(24), "UTC"));
            bind(EngineSettings.class).toInstance(new EngineSettings(50));
            bind(JournalSettings.class)
                    .toInstance(
                            new JournalSettings(DataSize.parse("1MiB"), DataSize.parse("16MiB"), Duration.ofDays(14)));
        }
    }

    /** Judges and starts what lies in {@code plugins/}. */
    void startPlugins() throws Exception {
        plugins = injector.getInstance(Plugins.class);
        plugins.start();
    }

    static SessionAddress address(String user, String server) {
        return new SessionAddress(UserName.of(user), new ServerName(server));
    }

    Accounts accounts() {
        return injector.getInstance(Accounts.class);
    }

    void add(String name, boolean admin) {
        accounts().add(UserName.of(name), Optional.empty(), admin, Caller.COMMAND_LINE);
    }

    /** The names of everybody there is, in alphabetical order. */
    List<String> users() {
        return accounts().list(UserQuery.all(0, 1000)).stream()
                .map(u -> u.name().value())
                .sorted()
                .toList();
    }

    List<Session> sessionsOf(String user) {
        return injector.getInstance(SessionStore.class).latest(UserName.of(user));
    }

    int tokensOf(String user) {
        return injector.getInstance(ApiTokens.class).list(UserName.of(user)).size();
    }

    /** A token of a user; without scopes it may all its owner may. */
    ApiTokens.Made token(String owner, String... scopes) {
        return token(owner, Optional.empty(), scopes);
    }

    ApiTokens.Made token(String owner, Optional<Duration> life, String... scopes) {
        UserName name = UserName.of(owner);
        Rights rights = Rights.of(accounts().get(name));
        return injector.getInstance(ApiTokens.class)
                .create(name, rights, List.of(scopes), "test", life, Caller.COMMAND_LINE);
    }

    /** A client with a token that may all its owner may. */
    ApiClient as(String owner, String... scopes) {
        return with("token " + token(owner, scopes).text());
    }

    /** A client with this Authorization; none when empty. */
    ApiClient with(String authorization) {
        return new ApiClient(server.port(), authorization);
    }

    /** The desk of sessions; closed with its owner's {@code stop}. */
    Desk desk() {
        return injector.getInstance(Desk.class);
    }

    /** Where the engine listens. */
    int port() {
        return server.port();
    }

    /** What the engine's clock says. */
    Instant now() {
        return clock.instant();
    }

    /** A value signed with the installation's keys. */
    String sign(Purpose purpose, Claims claims) {
        return injector.getInstance(SignedValues.class).sign(purpose, claims);
    }

    PortStore portStore() {
        return injector.getInstance(PortStore.class);
    }

    InstanceStore instances() {
        return injector.getInstance(InstanceStore.class);
    }

    /** Puts a session into the database as it is; nothing runs. */
    Session put(SessionAddress address, SessionState state) {
        return store(unstored(address, state));
    }

    /** A session of an address in some state. */
    Session unstored(SessionAddress address, SessionState state) {
        boolean ended = !state.live();
        return new Session(
                SessionId.random(),
                address,
                state,
                "default",
                ended ? Reason.ASKED : Reason.NONE,
                List.of(),
                clock.instant(),
                state == SessionState.READY ? clock.instant() : null,
                ended ? clock.instant() : null,
                clock.instant(),
                null,
                Base32.random(52),
                "",
                1);
    }

    Session store(Session session) {
        if (injector.getInstance(SessionStore.class).insert(session).isPresent()) {
            throw new AssertionError("lives already: " + session.address());
        }
        return session;
    }

    /** Opens port 8050 of a server under the name "dash". */
    void openPort(String user, String server) {
        ports().open(
                        new PortAddress(address(user, server), new PortName("dash")),
                        8050,
                        List.of(),
                        Caller.COMMAND_LINE);
    }

    String portsOf(String user) {
        return ports().of(address(user, "")) + " " + ports().of(address(user, "gpu"));
    }

    /** Publishes two versions of "calc", with an alias and a secret. */
    void publish(String owner) {
        FunctionId id = new FunctionId(UserName.of(owner), new FunctionName("calc"));
        Publishing publishing = injector.getInstance(Publishing.class);
        for (String code : List.of("one", "two")) {
            FunctionSpec spec = SpecReader.read(
                            injector.getInstance(SpecRules.class), Json.object().put("code", code), Map.of())
                    .spec();
            publishing.publish(id, spec, Map.of("TOKEN", "secret"), true, Caller.COMMAND_LINE);
        }
        publishing.alias(id, "live", 1, Caller.COMMAND_LINE);
    }

    /** All that is published by somebody. */
    String functionsOf(String owner) {
        return injector.getInstance(FunctionStore.class).of(UserName.of(owner)).stream()
                .map(head -> head + " " + head.aliases() + head.secrets())
                .toList()
                .toString();
    }

    /** The named users who may call the active version, as another instance sees it that has read the latest changes. */
    List<String> mayCall(String owner, String name) {
        return FunctionsAfresh.of(injector)
                .find(new FunctionId(UserName.of(owner), new FunctionName(name)), "")
                .orElseThrow()
                .spec()
                .access()
                .users();
    }

    /** The secrets of a function as its workers get them. */
    Map<String, String> secrets(String owner, String name) {
        return injector.getInstance(Functions.class)
                .secrets(new FunctionId(UserName.of(owner), new FunctionName(name)));
    }

    Ports ports() {
        return injector.getInstance(Ports.class);
    }

    List<AuditEvent> audit() {
        return injector.getInstance(AuditLog.class).latest(100);
    }

    /** From now on it is heard when a container ends. */
    void watch() {
        sessions.watch(injector);
    }

    /** A token for a user made with other keys than ours, otherwise as ours are. */
    String forged(String user) {
        SigningKeys others = SigningKeys.parse("other", SigningKeys.freshLine());
        Instant now = clock.instant();
        return new SignedValues(others, clock)
                .sign(
                        Purpose.API,
                        new Claims(user, "", Base32.random(16), "", List.of("inherit"), now, now.plusSeconds(3600)));
    }

    /** Ends a token. */
    void revoke(ApiTokens.Made made) {
        injector.getInstance(ApiTokens.class)
                .revoke(made.token().user(), made.token().id(), Caller.COMMAND_LINE);
    }

    /** The inventory: every route of the engine with its access rule. */
    List<Route> routes() {
        return server.routes();
    }

    /** The same JSON with its fields in order and what differs from run to run replaced by a word. */
    static String normal(String json) {
        try {
            return ApiClient.JSON.writeValueAsString(Volatile.replaced(ApiClient.JSON.readTree(json)));
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + json, e);
        }
    }

    static String normal(JsonNode json) {
        return normal(json.toString());
    }

    @Override
    public void close() {
        sessions.close();
        if (plugins != null) {
            plugins.stop();
        }
        server.stop();
        injector.getInstance(Plugins.class).stop();
    }
}
