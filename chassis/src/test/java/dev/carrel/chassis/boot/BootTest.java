/* Copyright the Carrel authors. */
package dev.carrel.chassis.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.carrel.chassis.settings.SettingsException;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootTest {
    static final List<String> HAPPENED = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    abstract static class Recorded implements Service {
        @Override
        public void start() {
            HAPPENED.add("start " + getClass().getSimpleName());
        }

        @Override
        public void stop() {
            HAPPENED.add("stop " + getClass().getSimpleName());
        }
    }

    static final class First extends Recorded {
        @Inject
        First() {}
    }

    static final class Second extends Recorded {
        @Inject
        Second() {}
    }

    static final class Broken extends Recorded {
        @Inject
        Broken() {}

        @Override
        public void start() {
            throw new IllegalStateException("no good");
        }
    }

    @Test
    void servicesStartInOrderAndStopInReverse() throws Exception {
        HAPPENED.clear();
        Boot boot = boot(First.class, Second.class);
        boot.close();
        boot.close();

        assertThat(HAPPENED).containsExactly("start First", "start Second", "stop Second", "stop First");
    }

    @Test
    void aFailedStartStopsWhatHadStarted() {
        HAPPENED.clear();

        assertThatThrownBy(() -> boot(First.class, Broken.class, Second.class)).hasMessage("no good");
        assertThat(HAPPENED).containsExactly("start First", "stop Broken", "stop First");
    }

    @Test
    void healthAndMetricsAreServedOnLoopback() throws Exception {
        int port = freePort();
        try (Boot _ = boot(port, First.class)) {
            HttpResponse<String> ready = get(port, "/health/ready");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ready.body()).contains("\"process\":\"router\"").contains("\"status\":\"ready\"");
            assertThat(get(port, "/metrics").body())
                    .contains("jvm_memory_used_bytes")
                    .contains("process_uptime_seconds");
            assertThat(get(port, "/elsewhere").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aPortInUseIsNamedAndNothingIsLeftRunning() throws Exception {
        HAPPENED.clear();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> boot(taken.getLocalPort(), First.class))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("port in use: 127.0.0.1:" + taken.getLocalPort());
        }
        assertThat(HAPPENED).isEmpty();
    }

    static final class Keyless extends Recorded {
        @Inject
        Keyless() throws IOException {
            throw new IOException("key file signing.key: missing (create it with: carrel setup)");
        }
    }

    @Test
    void onlyWhatThePartsSaidIsTold() {
        assertThatThrownBy(() -> boot(Keyless.class))
                .satisfies(failure -> assertThat(Boot.reasons(failure))
                        .isEqualTo("key file signing.key: missing (create it with: carrel setup)"));
        assertThat(Boot.reasons(new IOException("port in use"))).isEqualTo("port in use");
    }

    @Test
    void wrongSettingsStopTheStart() throws IOException {
        Files.createDirectories(folder.resolve("etc"));
        Files.writeString(folder.resolve("etc/carrel.yaml"), "site:\n  prt: 1\n");

        assertThatThrownBy(() -> boot(First.class))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("line 2: site.prt: unknown key; did you mean port?");
    }

    @Test
    void theInstallIdIsMadeOnceAndKept() {
        DataFolder data = new DataFolder(folder);

        assertThat(data.installId()).matches("[a-z2-7]{8}").isEqualTo(data.installId());
    }

    @SafeVarargs
    private Boot boot(Class<? extends Service>... services) throws Exception {
        return boot(freePort(), services);
    }

    @SafeVarargs
    private Boot boot(int opsPort, Class<? extends Service>... services) throws Exception {
        ProcessSpec spec = new ProcessSpec(ProcessName.ROUTER, List.of(), List.of(new AbstractModule() {
            @Override
            protected void configure() {
                for (Class<? extends Service> service : services) {
                    bind(service).in(Singleton.class);
                    Services.add(binder(), service);
                }
            }
        }));
        return Boot.start(
                spec, new DataFolder(folder), Map.of("CARREL_SITE_INTERNAL_PORTS", Integer.toString(opsPort - 3)));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
