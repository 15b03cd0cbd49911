/* Copyright the Carrel authors. */
package dev.carrel.router;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Purpose;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The whole router on free ports, with its control API, its files and the keys an engine would have. */
final class RunningRouter implements AutoCloseable {
    static final String TOKEN = "control-secret";
    static final String UPSTREAM_TOKEN = "upstream-secret";
    static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path root;
    private final int port;
    private final Map<String, String> environment;
    private final SigningKeys keys;
    private Boot boot;

    private RunningRouter(Path root, int port, Map<String, String> settings) throws Exception {
        this.root = root;
        this.port = port;
        this.environment = new HashMap<>(settings);
        environment.put("CARREL_SITE_PORT", Integer.toString(port));
        environment.put("CARREL_LOG_CONSOLE", "false");
        // -Dcarrel.test.transport=nio runs the whole suite on another way to the kernel.
        environment.putIfAbsent("CARREL_ROUTER_TRANSPORT", System.getProperty("carrel.test.transport", "auto"));
        environment.put("CONFIGPROXY_AUTH_TOKEN", TOKEN);
        environment.replaceAll((_, value) ->
                value.replace("{port}", Integer.toString(port)).replace("{port+7}", Integer.toString(port + 7)));
        keys = SigningKeys.readOrCreate(data().signingKey());
        boot = boot();
    }

    /** With settings as environment variables, in which {@code {port}} stands for the public port and {@code {port+7}} for one that is free. */
    static RunningRouter start(Path root, Map<String, String> settings) throws Exception {
        return new RunningRouter(root, freePorts(), settings);
    }

    static RunningRouter start() throws Exception {
        return start(Map.of());
    }

    static RunningRouter start(Map<String, String> settings) throws Exception {
        return start(Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "router"), settings);
    }

    /** The first of eight consecutive ports that are free now. */
    static int freePorts() {
        while (true) {
            int first = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            boolean free = true;
            for (int at = first; at < first + 8 && free; at++) {
                try (ServerSocket probe = new ServerSocket(at, 1, InetAddress.getLoopbackAddress())) {
                    free = probe.isBound();
                } catch (IOException _) {
                    free = false;
                }
            }
            if (free) {
                return first;
            }
        }
    }

    DataFolder data() {
        return new DataFolder(root);
    }

    int port() {
        return port;
    }

    int controlPort() {
        return port + 1;
    }

    int enginePort() {
        return port + 2;
    }

    Map<String, String> environment() {
        return environment;
    }

    SigningKeys keys() {
        return keys;
    }

    <T> T part(Class<T> type) {
        return boot.injector().getInstance(type);
    }

    private Boot boot() throws Exception {
        return Boot.start(RouterProcess.spec(environment), data(), environment);
    }

    void stop() {
        boot.close();
    }

    void restart() throws Exception {
        boot.close();
        boot = boot();
    }

    /** Asks the control API with its token. */
    HttpResponse<String> control(String method, String path, String body) throws Exception {
        return control(method, path, body, "token " + TOKEN);
    }

    HttpResponse<String> control(String method, String path, String body, String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + controlPort() + path))
                .timeout(Duration.ofSeconds(20))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    JsonNode routes() throws Exception {
        return JSON.readTree(control("GET", "/api/routes", "").body());
    }

    /** Posts a route and insists. */
    void route(String path, String json) throws Exception {
        HttpResponse<String> answer = control("POST", "/api/routes" + path, json);
        if (answer.statusCode() != 201) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
    }

    void plainRoute(String path, String target) throws Exception {
        route(path, "{\"target\":\"" + target + "\"}");
    }

    /** A session of this user that is ready at this target. */
    SessionAddress ready(String user, String target) throws Exception {
        return session(user, "ready", target, "");
    }

    /** A session in any state; no target and no reason when they are empty. */
    SessionAddress session(String user, String state, String target, String reason) throws Exception {
        SessionAddress address = new SessionAddress(UserName.of(user), ServerName.DEFAULT);
        route(address.basePath(), sessionJson(address, state, target, reason).toString());
        return address;
    }

    static ObjectNode sessionJson(SessionAddress address, String state, String target, String reason) {
        ObjectNode json = JSON.createObjectNode();
        if (!target.isEmpty()) {
            json.put("target", target);
        }
        json.putObject("session")
                .put("id", SessionId.random().value())
                .put("user", address.user().value())
                .put("server", address.server().value())
                .put("host", address.host("localhost"))
                .put("state", state)
                .put("upstreamToken", UPSTREAM_TOKEN)
                .put("reason", reason.isEmpty() ? null : reason)
                .put("since", "2026-01-01T00:00:00Z");
        return json;
    }

    void revoke(String kind, String id, Instant notBefore) throws Exception {
        String entry = "{\"kind\":\"" + kind + "\",\"id\":\"" + id + "\",\"notBefore\":\"" + notBefore
                + "\",\"until\":\"" + Instant.now().plusSeconds(3600) + "\"}";
        HttpResponse<String> answer = control("PUT", "/api/carrel/revocations", "{\"revocations\":[" + entry + "]}");
        if (answer.statusCode() != 204) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
    }

    /** {@code alice--main.localhost:port}, as a Host header has it. */
    String authority(String user) {
        return host(user) + ":" + port;
    }

    static String host(String user) {
        return new SessionAddress(UserName.of(user), ServerName.DEFAULT).host("localhost");
    }

    String baseAuthority() {
        return "localhost:" + port;
    }

    String sign(Purpose purpose, Claims claims) {
        return new SignedValues(keys, Clock.systemUTC()).sign(purpose, claims);
    }

    /** The Cookie header's pair that lets this user into their session. */
    String cookie(String user) {
        return "carrel-session=" + sign(Purpose.SESSION, claims(user, host(user), Duration.ofHours(20)));
    }

    String apiToken(String user, String... scopes) {
        Instant now = Instant.now();
        return sign(
                Purpose.API, new Claims(user, "", "token-of-" + user, "", List.of(scopes), now, now.plusSeconds(3600)));
    }

    String ticket(String user) {
        return sign(Purpose.TICKET, claims(user, host(user), Duration.ofSeconds(30)));
    }

    static Claims claims(String user, String audience, Duration life) {
        Instant now = Instant.now();
        return new Claims(
                user, audience, "id-" + SessionId.random().value(), "login-of-" + user, List.of(), now, now.plus(life));
    }

    RawClient raw() throws IOException {
        return new RawClient(port);
    }

    /** One GET with more header lines, each ended by CR LF, on a connection of its own. */
    RawClient.Answer get(String authority, String target, String headers) throws IOException {
        try (RawClient client = raw()) {
            return client.send("GET " + target + " HTTP/1.1\r\nHost: " + authority + "\r\n" + headers + "\r\n")
                    .answer();
        }
    }

    @Override
    public void close() {
        boot.close();
    }
}
