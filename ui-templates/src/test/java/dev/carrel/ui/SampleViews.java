/* Copyright the Carrel authors. */
package dev.carrel.ui;

import dev.carrel.ui.AdminPage.OneTimeLink;
import dev.carrel.ui.AdminPage.UserRow;
import dev.carrel.ui.TokensPage.Choice;
import dev.carrel.ui.TokensPage.TokenRow;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every page as people meet it, in all its forms. */
final class SampleViews {
    private static final Frame ALICE = new Frame("alice", true, "x5rf");
    private static final Moment MORNING = Moment.of(Instant.parse("2026-01-02T08:30:00Z"));
    private static final Moment NOON = Moment.of(Instant.parse("2026-01-02T12:00:04Z"));
    private static final List<String> IMAGES = List.of("scientific", "minimal");

    private SampleViews() {}

    /** By name of its golden file. */
    static Map<String, View> all() {
        Map<String, View> views = new LinkedHashMap<>();
        doors(views);
        sessions(views);
        ports(views);
        functions(views);
        tables(views);
        return views;
    }

    /** What plugins add to the page of this name. */
    static Extras extras(String name) {
        return name.equals("account")
                ? new Extras(
                        List.of("mail", "sessions"),
                        List.of(PluginSection.of("greeting", "Greetings & more", "<p>Hello <b>you</b></p>")),
                        List.of("/plugins/greeting/hello.js"))
                : Extras.NONE;
    }

    private static void doors(Map<String, View> views) {
        Frame nobody = Frame.anonymous("x5rf");
        views.put("sign-in", new SignInPage(nobody, "", "/hub/home", ""));
        views.put(
                "sign-in-refused",
                new SignInPage(nobody, "alice", "/hub/enter/alice", "User name or password is wrong."));
        views.put("sign-in-without-password", new SignInPage(nobody, false, "", "/hub/home", "", List.of()));
        views.put("invite", new InvitePage(nobody, "alice@example.org", "t0k3n", 10, ""));
        views.put("invite-without-password", new InvitePage(nobody, "alice", "t0k3n", 0, ""));
        views.put("invite-refused", new InvitePage(nobody, "alice", "t0k3n", 10, "The two passwords differ."));
        views.put(
                "sign-in-ways",
                new SignInPage(
                        nobody,
                        true,
                        "",
                        "/hub/home",
                        "",
                        List.of(
                                new Link("Sign in with Example", "/hub/auth/auth-oidc/google/?next=%2Fhub%2Fhome"),
                                new Link("Sign in without a password", "/hub/auth/auth-zero/"))));
        views.put(
                "sign-in-step",
                new SignInStepPage(nobody, PluginSection.of("auth-zero", "Who are you?", "<p>As it <b>is</b></p>")));
        views.put(
                "leaving",
                new LeavingPage(
                        nobody,
                        new LeavingPage.Outside("https://lab.example.org/new?a=b&c=d", "lab.example.org"),
                        "We have moved.",
                        10));
        views.put("moving-on", new MovingOnPage(nobody, new Link("Go to your session", "/hub/enter/alice?next=lab")));
        views.put("signed-out", new SignedOutPage(nobody));
        views.put(
                "error",
                new ErrorPage(
                        ALICE,
                        500,
                        "Something went wrong",
                        "Carrel could not answer. Try again; if it stays, tell your administrator the error id below.",
                        "7k2m9q",
                        new Link("Back to your sessions", "/hub/home")));
        views.put("error-bare", new ErrorPage(nobody, 404, "Nothing here", "There is no such page.", "", null));
    }

    private static void sessions(Map<String, View> views) {
        views.put(
                "home-first",
                new HomePage(ALICE, List.of(card("", ServerState.NEW)), List.of("scientific"), true, null));
        views.put(
                "home-many",
                new HomePage(
                        ALICE,
                        List.of(
                                card("", ServerState.READY),
                                card("thesis", ServerState.STARTING),
                                card("course-2026", ServerState.STOPPING),
                                card("old", ServerState.STOPPED),
                                card("big-data", ServerState.FAILED)),
                        IMAGES,
                        true,
                        Notice.done("Your session is stopping.")));
        for (ServerState state : List.of(ServerState.NEW, ServerState.STOPPED, ServerState.FAILED)) {
            views.put("spawn-" + state.word(), new SpawnPage(ALICE, card("", state), IMAGES, "", ""));
        }
        views.put(
                "spawn-refused",
                new SpawnPage(
                        ALICE,
                        card("thesis", ServerState.STOPPED),
                        List.of("scientific"),
                        "/user/alice/thesis/lab/tree/a b.ipynb",
                        "Too many sessions are starting just now. Try again in half a minute."));
        views.put(
                "spawn-pending-starting",
                new SpawnPendingPage(
                        ALICE,
                        card("", ServerState.STARTING),
                        60,
                        List.of(
                                new ProgressStep(0, "Asked for.", NOON),
                                new ProgressStep(10, "Your home is ready.", NOON),
                                new ProgressStep(40, "The container is made.", NOON),
                                new ProgressStep(60, "Waiting for JupyterLab to answer.", NOON)),
                        false,
                        "/user/alice/lab/tree/plan.ipynb"));
        views.put(
                "spawn-pending-first",
                new SpawnPendingPage(ALICE, card("thesis", ServerState.STARTING), 0, List.of(), false, ""));
        views.put(
                "spawn-pending-stopping",
                new SpawnPendingPage(
                        ALICE, card("", ServerState.STOPPING), 0, List.of(), false, "/user/alice/lab/tree/plan.ipynb"));
        views.put(
                "spawn-pending-again",
                new SpawnPendingPage(ALICE, card("", ServerState.STOPPING), 0, List.of(), true, ""));
    }

    private static void ports(Map<String, View> views) {
        views.put("ports-none", new PortsPage(ALICE, card("", ServerState.STOPPED), List.of(), 16, null));
        views.put(
                "ports",
                new PortsPage(
                        ALICE,
                        card("gpu", ServerState.READY),
                        List.of(
                                new PortsPage.PortRow(
                                        "dash", "8050", "bob, dörte", "http://dash--alice--gpu.localhost:8000/", NOON),
                                new PortsPage.PortRow(
                                        "my-app",
                                        "8080",
                                        "",
                                        "http://p--abcdefghijklmnopqrstuvwxyz.localhost:8000/",
                                        MORNING)),
                        2,
                        Notice.refused("port: 80 (expected: 1024 to 65535)")));
    }

    private static void functions(Map<String, View> views) {
        FunctionCard calc = new FunctionCard(
                "calc",
                "http://localhost:8000/function/calc.alice",
                List.of("add", "sub"),
                "Sums & differences",
                "for everybody",
                "3",
                NOON,
                "");
        FunctionCard broken = new FunctionCard(
                "broken",
                "http://localhost:8000/function/broken.alice",
                List.of(),
                "",
                "only for you",
                "",
                MORNING,
                "Its code cannot be loaded: SyntaxError: '(' was never closed (line 3)");
        FunctionsPage.Draft example =
                new FunctionsPage.Draft("", "python3", "def add(a, b):\n    return a < b", "", "private", "");
        views.put("functions-none", new FunctionsPage(ALICE, List.of(), List.of(), 100, example, null));
        views.put(
                "functions",
                new FunctionsPage(
                        ALICE,
                        List.of(broken, calc),
                        List.of(
                                new FunctionsPage.Shared(
                                        "mean",
                                        "bob",
                                        "http://localhost:8000/function/mean.bob",
                                        List.of("mean", "median"),
                                        "Averages <of> lists"),
                                new FunctionsPage.Shared(
                                        "x", "dörte", "http://localhost:8000/function/x.d%C3%B6rte", List.of(), "")),
                        2,
                        example,
                        Notice.refused("memory: \"12\" (expected: …)")));
        views.put("function-new", function(broken, List.of(), List.of(), null));
        views.put(
                "function",
                function(
                        calc,
                        List.of(new FunctionPage.CallRow("c1", NOON, "add", "200", "1.2 ms")),
                        List.of("adding <1> & 2", "done"),
                        new FunctionPage.Trial("add", "1\n2", "200", "1.4 ms", "3.0")));
    }

    private static FunctionPage.Later later() {
        return new FunctionPage.Later(
                List.of(
                        new FunctionPage.LaterRow(
                                "w1", NOON, "bob", null, "add", FunctionPage.LaterState.WAITING, "", 0),
                        new FunctionPage.LaterRow(
                                "scheduled-r1", NOON, "alice", NOON, "", FunctionPage.LaterState.RUNNING, "", 2),
                        new FunctionPage.LaterRow(
                                "d1", MORNING, "anybody", null, "sub", FunctionPage.LaterState.DONE, "200", 1),
                        new FunctionPage.LaterRow(
                                "f1", MORNING, "zoë & <co>", null, "sub", FunctionPage.LaterState.FAILED, "422", 3)),
                new FunctionPage.Result("f1", "failed", "422", "ValueError: 1 < 2 & 3\n\n  File \"function.py\""));
    }

    private static FunctionPage function(
            FunctionCard card, List<FunctionPage.CallRow> calls, List<String> log, FunctionPage.@Nullable Trial trial) {
        return new FunctionPage(
                ALICE,
                card,
                "curl -H 'Authorization: token …' " + card.url(),
                "python3",
                "def add(a, b):\n    return float(a) + float(b)",
                calls.isEmpty() ? List.of() : List.of("API_KEY"),
                calls.isEmpty()
                        ? new FunctionPage.Times(List.of(), null)
                        : new FunctionPage.Times(
                                List.of(
                                        new FunctionPage.TimeRow("30 8 * * mon-fri", "Europe/Berlin", "add"),
                                        new FunctionPage.TimeRow("@monthly", "UTC", "")),
                                NOON),
                List.of(
                        new FunctionPage.VersionRow("3", NOON, "alice", true),
                        new FunctionPage.VersionRow("2", MORNING, "bob", false)),
                new FunctionPage.Figures(
                        "12", "1", calls.isEmpty() ? "" : "1.2 ms", calls.isEmpty() ? "" : "9 ms", "1 (1 idle)", "0"),
                calls,
                calls.isEmpty() ? new FunctionPage.Later(List.of(), null) : later(),
                log,
                trial,
                trial == null ? Notice.done("Version 3 is active.") : null);
    }

    private static void tables(Map<String, View> views) {
        List<Choice> scopes = List.of(
                new Choice("self", "do all you can do", true),
                new Choice("access:servers!user=alice", "use your running sessions", false));
        List<Choice> lifetimes = List.of(new Choice("2592000", "in 30 days", true), new Choice("", "never", false));
        views.put("tokens-none", new TokensPage(ALICE, List.of(), "", scopes, lifetimes, null));
        views.put(
                "tokens-new",
                new TokensPage(
                        ALICE,
                        List.of(
                                new TokenRow("a1", "nightly report", List.of("self"), NOON, null, MORNING),
                                new TokenRow("b2", "", List.of("read:users", "servers"), MORNING, NOON, null)),
                        "v1.api.k1.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789.ZyXwVuTsRqPoNmLkJiHgFeDcBa",
                        scopes,
                        lifetimes,
                        Notice.done("The token is made.")));
        views.put("account", new AccountPage(ALICE, 10, null));
        views.put("account-without-password", new AccountPage(ALICE, 0, null));
        views.put("account-refused", new AccountPage(ALICE, 10, Notice.refused("The present password is wrong.")));
        views.put("admin-empty", new AdminPage(ALICE, List.of(), "zoë", 1, false, 0, 10, null, null));
        views.put(
                "admin",
                new AdminPage(
                        ALICE,
                        List.of(
                                new UserRow(
                                        "alice", true, true, true, MORNING, NOON, List.of(card("", ServerState.READY))),
                                new UserRow(
                                        "bob+lab@example.org",
                                        false,
                                        false,
                                        true,
                                        MORNING,
                                        NOON,
                                        List.of(cardOf("bob+lab@example.org", "x", ServerState.STARTING))),
                                new UserRow("carol", false, true, true, MORNING, null, List.of()),
                                new UserRow("dörte", false, false, false, MORNING, NOON, List.of())),
                        "",
                        2,
                        true,
                        1204,
                        10,
                        new OneTimeLink("carol", "http://localhost:8000/hub/invite/AbCdEfGhIjKlMnOpQrStUvWxYz", NOON),
                        Notice.done("carol was added.")));
    }

    private static ServerCard card(String server, ServerState state) {
        return cardOf("alice", server, state);
    }

    private static ServerCard cardOf(String user, String server, ServerState state) {
        return switch (state) {
            case NEW -> new ServerCard(user, server, state, "", null, "", List.of());
            case STARTING, READY, STOPPING -> new ServerCard(user, server, state, "minimal", NOON, "", List.of());
            case STOPPED -> new ServerCard(user, server, state, "minimal", NOON, "You stopped it.", List.of());
            case FAILED ->
                new ServerCard(
                        user,
                        server,
                        state,
                        "minimal",
                        NOON,
                        "It used more memory than the 2 GiB it may have and was ended.",
                        List.of(
                                "[I 2026-01-02 11:59:58 ServerApp] Kernel started: 2f6c",
                                "[E 2026-01-02 12:00:03 ServerApp] Killed <signal 9>"));
        };
    }
}
