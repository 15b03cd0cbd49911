/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.signin.SignIn;
import dev.carrel.engine.signin.SigninRig;
import dev.carrel.http.server.Handler;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.http.server.Route;
import dev.carrel.protocol.signed.SignedValues;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The engine's real server over the real sign-in feature, with endpoints of every access rule. */
final class WebRig implements AutoCloseable {
    /** One path for every rule; each has GET and POST. */
    static final Map<String, Access> RULES = Map.of(
            "/open",
            Access.OPEN,
            "/signed-in",
            Access.SIGNED_IN,
            "/administrator",
            Access.ADMINISTRATOR,
            "/hub/api/any",
            Access.API,
            "/call",
            Access.CALL);

    private static final String PASSWORD = "correct horse battery";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final SigninRig signin;
    final EngineServer server;
    /** How often a handler of a change ran. */
    final AtomicInteger changes = new AtomicInteger();

    private final SiteSettings site;
    private final LoginCookies cookies;
    private final Xsrf xsrf;

    WebRig(Path folder) {
        this(folder, "");
    }

    WebRig(Path folder, String publicUrl) {
        signin = new SigninRig(folder);
        signin.add("root", true);
        signin.add("ada", false);
        // The engine's port is the one after this: 0, any free one.
        site = new SiteSettings(8000, "127.0.0.1", publicUrl, -1);
        cookies = new LoginCookies(site, signin.clock);
        xsrf = new Xsrf(signin.keys);
        Gate gate = new Gate(
                signin.signIn, signin.tokens, cookies, xsrf, new SignedValues(signin.keys, signin.clock), site);
        Errors errors = new Errors((_, failure) -> Response.html(failure.status(), "<h1>" + failure.code() + "</h1>"));
        server = new EngineServer(Set.of(this::register), gate, errors, site, new EngineSettings(50));
        server.start();
    }

    private void register(EngineRoutes routes) {
        Handler read = request -> Response.html(
                200, Callers.xsrf(request) + "|" + Callers.caller(request).name());
        Handler change = request -> {
            changes.incrementAndGet();
            return Response.text(200, Callers.caller(request).name());
        };
        RULES.forEach((path, access) -> routes.get(path, access, read).post(path, access, change));
        routes.add("DELETE", "/hub/api/any", Access.API, change)
                .add("PUT", "/hub/api/any", Access.API, change)
                .add("PATCH", "/hub/api/any", Access.API, change)
                .post("/sign-in", Access.OPEN, this::signIn)
                .post("/sign-out", Access.SIGNED_IN, this::signOut)
                .get(
                        "/whence",
                        Access.OPEN,
                        r -> Response.text(200, Callers.caller(r).remote()))
                .get("/elsewhere", Access.OPEN, _ -> Response.seeOther("/open"))
                .get("/broken", Access.OPEN, _ -> {
                    throw new IllegalStateException("secret cause");
                })
                .get("/refused/{kind}", Access.OPEN, r -> {
                    throw new Refusal(Refusal.Kind.valueOf(r.pathParameter("kind")), "why", Duration.ofSeconds(7));
                })
                .get("/hub/api/failure", Access.OPEN, _ -> {
                    throw new HttpFailure(404, "user.not-found", "No such user.");
                });
    }

    private Response signIn(Request request) throws IOException {
        var form = request.body().form();
        SignIn.Opened opened = signin.byPassword.signIn(
                form.first("username").orElse(""), form.first("password").orElse(""), "", Callers.caller(request));
        return cookies.with(Response.seeOther("/open"), opened);
    }

    private Response signOut(Request request) {
        signin.signIn.out(Callers.person(request).login(), Callers.caller(request));
        return cookies.without(Response.seeOther("/open"));
    }

    List<Route> routes() {
        return server.routes();
    }

    /** What a browser sends in {@code Origin} from one of our own pages. */
    String origin() {
        return (site.https() ? "https" : "http") + "://127.0.0.1:" + server.port();
    }

    String cookieName() {
        return site.https() ? "__Host-carrel-login" : "carrel-login";
    }

    /** Somebody's browser, signed in. */
    Browser person(String name) {
        SignIn.Opened opened =
                signin.byPassword.signIn(name, PASSWORD, "", new dev.carrel.engine.signin.Caller("", "192.0.2.1", "r"));
        return new Browser(opened.secret(), xsrf.token("login", opened.login().id()));
    }

    /** What a signed-in browser holds. */
    record Browser(String secret, String xsrf) {}

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(30));
    }

    HttpRequest.Builder to(String path, Browser browser) {
        return to(path).header("Cookie", cookieName() + "=" + browser.secret());
    }

    /** A POST as our own pages make it. */
    HttpRequest.Builder post(String path, Browser browser) {
        return to(path, browser)
                .header("X-XSRFToken", browser.xsrf())
                .header("Sec-Fetch-Site", "same-origin")
                .header("Origin", origin())
                .POST(HttpRequest.BodyPublishers.noBody());
    }

    static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static int status(HttpRequest.Builder request) throws IOException, InterruptedException {
        return send(request).statusCode();
    }

    /** Sends bytes of the test's own making and gives all that comes back. */
    String raw(String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        server.stop();
        signin.close();
    }
}
