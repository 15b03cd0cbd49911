/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A proxy of its own, ours or configurable-http-proxy itself: both are started by the same options and spoken to in the same way. */
final class ProxyUnderTest implements AutoCloseable {
    static final String TOKEN = "proxy-secret";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> command;
    private final int port;
    private final Path log;
    private Process process;

    private ProxyUnderTest(List<String> program, int port, String... options) throws Exception {
        this.port = port;
        this.log = Files.createTempFile("proxy", ".log");
        command = new ArrayList<>(program);
        command.addAll(List.of(
                "--ip", "127.0.0.1", "--port", "" + port, "--api-ip", "127.0.0.1", "--api-port", "" + (port + 1)));
        command.addAll(List.of(options));
        process = launch();
    }

    /** Starts it and waits until it answers. */
    static ProxyUnderTest start(List<String> program, String... options) throws Exception {
        return new ProxyUnderTest(program, Carrel.freePorts(), options);
    }

    private Process launch() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("CONFIGPROXY_AUTH_TOKEN", TOKEN);
        // Where Debian's proxy finds what it needs, whosever Node runs it.
        builder.environment().put("NODE_PATH", "/usr/share/nodejs");
        Process launched = builder.start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    assertThat(launched.isAlive())
                            .as(() -> "%s: %s".formatted(command, log()))
                            .isTrue();
                    return open(port) && open(port + 1);
                });
        return launched;
    }

    private static boolean open(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    /** kill -9, and up again with the same options. */
    void killAndRestart() throws Exception {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
        process = launch();
    }

    int port() {
        return port;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    URI apiUrl() {
        return URI.create("http://127.0.0.1:" + (port + 1));
    }

    HttpClient http() {
        return http;
    }

    /** Asks the REST API; an empty authorization is left out. */
    HttpResponse<String> api(String method, String path, String body, String authorization) throws Exception {
        return api(method, path, body, authorization, Duration.ofSeconds(20));
    }

    HttpResponse<String> api(String method, String path, String body, String authorization, Duration patience)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(apiUrl().resolve(path))
                .timeout(patience)
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

    HttpResponse<String> api(String method, String path, String body) throws Exception {
        return api(method, path, body, "token " + TOKEN);
    }

    void route(String path, String target) throws Exception {
        assertThat(api("POST", "/api/routes" + path, "{\"target\":\"" + target + "\"}")
                        .statusCode())
                .isEqualTo(201);
    }

    JsonNode routes() throws Exception {
        return Carrel.JSON.readTree(api("GET", "/api/routes", "").body());
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end within 10 s of SIGTERM");
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(log);
    }
}
