/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's JupyterHub runs unchanged with our router in the place of configurable-http-proxy. */
class StockHubIT {
    @TempDir
    private Path folder;

    private static List<String> router() {
        return List.of(Carrel.prepared().program(), "router");
    }

    @Test
    void withAProxyThatSomebodyElseStarted() throws Exception {
        int hubPort = Carrel.freePorts();
        try (ProxyUnderTest proxy = ProxyUnderTest.start(
                        router(),
                        "--error-target",
                        "http://127.0.0.1:" + hubPort + "/hub/error",
                        "--data",
                        folder.toString());
                StockHub hub = StockHub.start(
                        proxy.url(),
                        hubPort,
                        ProxyUnderTest.TOKEN,
                        "c.ConfigurableHTTPProxy.should_start = False\nc.ConfigurableHTTPProxy.api_url = '"
                                + proxy.apiUrl() + "'\n")) {
            hub.spawn("ada");
            assertThat(proxy.routes().path("/user/ada").path("user").asText()).isEqualTo("ada");

            String id = hub.startKernel("ada");
            try (Kernel kernel = hub.kernel("ada", id)) {
                assertThat(kernel.run("x = 6 * 7; x")).isEqualTo("42");
                Instant before = lastActivity(proxy);
                assertThat(kernel.run("import time; time.sleep(0.3); print('late')"))
                        .isEqualTo("late");
                assertThat(lastActivity(proxy))
                        .as("what a kernel says is activity")
                        .isAfter(before);
            }

            proxy.killAndRestart();

            assertThat(proxy.routes().has("/user/ada"))
                    .as("routes outlive a kill")
                    .isTrue();
            try (Kernel kernel = hub.kernel("ada", id)) {
                assertThat(kernel.run("x + 1")).isEqualTo("43");
            }
            assertThat(hub.send("DELETE", "/hub/api/users/ada/server").statusCode())
                    .isIn(202, 204);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> !proxy.routes().has("/user/ada"));
            assertThat(hub.send("GET", "/user/ada/lab").headers().firstValue("Location"))
                    .as("the hub answers in the server's place")
                    .contains("/hub/user/ada/lab");
        }
    }

    private static Instant lastActivity(ProxyUnderTest proxy) throws Exception {
        return Instant.parse(
                proxy.routes().path("/user/ada").path("last_activity").asText());
    }

    @Test
    void withOurCommandAsItsOwnProxy() throws Exception {
        int port = Carrel.freePorts();
        String command = "c.ConfigurableHTTPProxy.command = ['" + router().getFirst() + "', 'router', '--data', '"
                + folder + "']\n"
                + "c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:" + (port + 1) + "'\n"
                + "c.ConfigurableHTTPProxy.check_running_interval = 1\n";
        ProcessHandle second;
        try (StockHub hub = StockHub.start(URI.create("http://127.0.0.1:" + port), port + 2, "", command)) {
            hub.spawn("ada");
            String id = hub.startKernel("ada");
            try (Kernel kernel = hub.kernel("ada", id)) {
                assertThat(kernel.run("x = 1; x")).isEqualTo("1");
            }

            ProcessHandle first = ProcessHandle.of(hub.proxyPid()).orElseThrow();
            first.destroyForcibly();
            first.onExit().get(10, TimeUnit.SECONDS);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> hub.send("GET", "/user/ada/api/status").statusCode() == 200);

            try (Kernel kernel = hub.kernel("ada", id)) {
                assertThat(kernel.run("x + 1")).isEqualTo("2");
            }
            second = ProcessHandle.of(hub.proxyPid()).orElseThrow();
            assertThat(second.pid()).isNotEqualTo(first.pid());
        }
        second.onExit().get(10, TimeUnit.SECONDS);
        assertThat(Files.exists(folder.resolve("router/routes.json"))).isTrue();
    }
}
