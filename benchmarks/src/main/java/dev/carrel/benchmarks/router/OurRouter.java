/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Carrel's router as people run it: {@code bin/carrel router}, with the JVM options and the start cache of the distribution. */
final class OurRouter {
    static final String TOKEN = "benchmark";
    static final ObjectMapper JSON = new ObjectMapper();
    private static final String USER = "ada";

    private final HttpClient http = HttpClient.newHttpClient();
    private final DataFolder data;
    private final Peer peer;
    private final SigningKeys keys;

    /** Settings as environment variables beside the defaults. */
    OurRouter(Path distribution, Programs programs, Map<String, String> settings)
            throws IOException, InterruptedException {
        this("Carrel", distribution, programs, settings);
    }

    /** The same under another name in what is printed. */
    OurRouter(String name, Path distribution, Programs programs, Map<String, String> settings)
            throws IOException, InterruptedException {
        int port = Programs.freePorts(8);
        this.data = new DataFolder(Files.createDirectories(programs.folder().resolve("carrel-" + port)));
        Files.createDirectories(data.signingKey().toAbsolutePath().getParent());
        this.keys = SigningKeys.readOrCreate(data.signingKey());
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("CARREL_SITE_PORT", Integer.toString(port));
        environment.put("CARREL_LOG_CONSOLE", "false");
        environment.put("CONFIGPROXY_AUTH_TOKEN", TOKEN);
        // One person is given what a whole benchmark asks for.
        environment.put("CARREL_ROUTER_MAX_REQUESTS_PER_USER", "16384");
        Process process = programs.start(
                "carrel-" + port,
                List.of(
                        distribution.resolve("bin/carrel").toString(),
                        "router",
                        "--data",
                        data.root().toString()),
                environment,
                port);
        this.peer = new Peer(name, port, process);
    }

    /** By a route without a session, as a stock JupyterHub sets. */
    Peer plain() {
        return peer;
    }

    /** The same as a session on its own origin, by its cookie. */
    Peer session() {
        SessionAddress address = new SessionAddress(UserName.of(USER), ServerName.DEFAULT);
        return new Peer(
                "Carrel, by cookie",
                peer.port(),
                address.host("localhost"),
                List.of("Cookie: carrel-session=" + cookie(keys, address.host("localhost"))),
                peer.process());
    }

    static String cookie(SigningKeys keys, String host) {
        Instant now = Instant.now();
        return new SignedValues(keys, Clock.systemUTC())
                .sign(
                        Purpose.SESSION,
                        new Claims(USER, host, "cookie-1", "login-1", List.of(), now, now.plusSeconds(72_000)));
    }

    /** Everything goes to the back end of bodies, {@code /echo} to that of WebSockets; there is one session. */
    void routes(int backendPort, int echoPort) throws IOException, InterruptedException {
        post("/", JSON.createObjectNode().put("target", "http://127.0.0.1:" + backendPort));
        post("/echo", JSON.createObjectNode().put("target", "http://127.0.0.1:" + echoPort));
        post("/user/" + USER + "/", session("http://127.0.0.1:" + backendPort));
    }

    static ObjectNode session(String target) {
        SessionAddress address = new SessionAddress(UserName.of(USER), ServerName.DEFAULT);
        ObjectNode json = JSON.createObjectNode().put("target", target);
        json.putObject("session")
                .put("id", SessionId.random().value())
                .put("user", USER)
                .put("server", address.server().value())
                .put("host", address.host("localhost"))
                .put("state", "ready")
                .put("upstreamToken", "upstream")
                .put("since", "2026-01-01T00:00:00Z");
        return json;
    }

    void post(String path, ObjectNode route) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (peer.port() + 1) + "/api/routes" + path))
                        .header("Authorization", "token " + TOKEN)
                        .POST(HttpRequest.BodyPublishers.ofString(route.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 201) {
            throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    /** Memory of the heap in use after a full collection, in KiB. */
    long liveHeapKib() throws IOException, InterruptedException {
        String pid = Long.toString(peer.process().pid());
        Path jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd");
        run(List.of(jcmd.toString(), pid, "GC.run"));
        String info = run(List.of(jcmd.toString(), pid, "GC.heap_info"));
        long used = 0;
        for (String line : info.lines().toList()) {
            // Of the heap's parts, not of classes.
            if (line.matches("\\s*(DefNew|Tenured) +total.*")) {
                used += Long.parseLong(line.replaceAll(".*used (\\d+)K.*", "$1"));
            }
        }
        if (used == 0) {
            throw new IOException("no use of the heap in: " + info);
        }
        return used;
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + output);
        }
        return output;
    }
}
