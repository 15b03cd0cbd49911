/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Debian's JupyterHub, unchanged, whose people's notebook servers are processes of this machine. */
final class StockHub implements AutoCloseable {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path folder;
    private final URI url;
    private final Process process;

    private StockHub(Path folder, URI url, Process process) {
        this.folder = folder;
        this.url = url;
        this.process = process;
    }

    /** Starts it with more lines of its configuration, and waits until it says that it runs. */
    static StockHub start(URI url, int hubPort, String token, String more) throws Exception {
        Path folder = Files.createTempDirectory("stock-hub");
        String config = """
                c.JupyterHub.bind_url = '%s'
                c.JupyterHub.hub_bind_url = 'http://127.0.0.1:%d'
                c.JupyterHub.authenticator_class = 'dummy'
                c.JupyterHub.spawner_class = 'simple'
                c.Spawner.args = ['--allow-root', '--NotebookApp.allow_origin=*']
                c.Spawner.start_timeout = 120
                c.Spawner.http_timeout = 120
                c.JupyterHub.services = [{'name': 'test', 'api_token': '%s'}]
                c.JupyterHub.load_roles = [{'name': 'test', 'services': ['test'],
                    'scopes': ['admin:users', 'admin:servers', 'access:servers', 'proxy']}]
                """.formatted(url, hubPort, TOKEN);
        Files.writeString(folder.resolve("jupyterhub_config.py"), config + more);
        ProcessBuilder builder = new ProcessBuilder(
                        "/usr/bin/python3", "/usr/bin/jupyterhub", "-f", "jupyterhub_config.py")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("hub.log").toFile());
        // The hub starts its proxy and its notebook servers from the path; another Python's must not come first.
        builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
        builder.environment().put("CONFIGPROXY_AUTH_TOKEN", token);
        StockHub hub = new StockHub(folder, url, builder.start());
        try {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> {
                        assertThat(hub.process.isAlive()).as(hub::log).isTrue();
                        return hub.log().contains("JupyterHub is now running");
                    });
            return hub;
        } catch (Throwable e) {
            hub.abandon();
            throw e;
        }
    }

    HttpResponse<String> send(String method, String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(url.resolve(path))
                        .timeout(Duration.ofMinutes(2))
                        .header("Authorization", "token " + TOKEN)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Spawns a person's notebook server and waits until it is ready. */
    void spawn(String user) throws Exception {
        assertThat(send("POST", "/hub/api/users/" + user).statusCode())
                .as(this::log)
                .isEqualTo(201);
        assertThat(send("POST", "/hub/api/users/" + user + "/server").statusCode())
                .as(this::log)
                .isIn(201, 202);
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> send("GET", "/user/" + user + "/api/status").statusCode() == 200);
    }

    String startKernel(String user) throws Exception {
        HttpResponse<String> answer = send("POST", "/user/" + user + "/api/kernels");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode kernel = Carrel.JSON.readTree(answer.body());
        return kernel.path("id").asText();
    }

    Kernel kernel(String user, String id) {
        return Kernel.connect(http, TOKEN, url.resolve("/user/" + user + "/"), id);
    }

    /** The process id of the proxy that the hub itself has started. */
    long proxyPid() throws IOException {
        return Long.parseLong(
                Files.readString(folder.resolve("jupyterhub-proxy.pid")).strip());
    }

    String log() {
        try {
            return Files.readString(folder.resolve("hub.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** A hub that fails leaves its proxy behind. */
    private void abandon() throws IOException {
        process.destroyForcibly();
        if (Files.exists(folder.resolve("jupyterhub-proxy.pid"))) {
            ProcessHandle.of(proxyPid()).ifPresent(ProcessHandle::destroy);
        }
    }

    /** Ends it as an operator would; it stops its notebook servers, and its proxy if it started one. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError("the hub did not end within 30 s of SIGTERM:\n" + log());
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
