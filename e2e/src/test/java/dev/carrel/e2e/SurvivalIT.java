/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** kill -9 of each process while a kernel's WebSocket is open: nothing is lost, nothing is started twice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SurvivalIT {
    private Carrel carrel;
    private Api ada;

    @BeforeAll
    void start() {
        carrel = Carrel.up();
        carrel.addUser("ada", "ada's long pass phrase", false);
        ada = new Api(carrel, carrel.token("ada"));
        ada.startServer("ada");
    }

    @AfterAll
    void stop() {
        carrel.close();
    }

    /** What must not change: the container, when it was started, and that there is one. */
    private record Identity(List<String> containers, String startedAt, String started) {}

    private Identity identity() {
        List<String> containers = carrel.containers();
        JsonNode server = ada.server("ada");
        return new Identity(
                containers,
                Carrel.docker("inspect", "--format", "{{.State.StartedAt}}", containers.getFirst())
                        .strip(),
                server.path("started").asText());
    }

    private void ready() {
        await().atMost(Carrel.seconds(30))
                .until(() -> carrel.status().path("ready").asBoolean());
    }

    @Test
    void theEngineDiesAndNeitherSocketNorKernelNotices() throws Exception {
        Identity before = identity();
        try (Kernel kernel = Kernel.start(carrel, ada, "ada")) {
            kernel.run("x = 41");
            carrel.kill("engine");

            assertThat(kernel.run("print(x + 1)"))
                    .as("while the engine is down")
                    .isEqualTo("42");
            ready();
            assertThat(kernel.run("print(x + 1)")).isEqualTo("42");
            assertThat(kernel.closed()).isFalse();
        }
        assertThat(identity()).isEqualTo(before);
    }

    @Test
    void theManagerDiesAndNeitherSocketNorKernelNotices() throws Exception {
        Identity before = identity();
        try (Kernel kernel = Kernel.start(carrel, ada, "ada")) {
            kernel.run("x = 41");
            carrel.kill("manager");

            assertThat(kernel.run("print(x + 1)"))
                    .as("while the manager is down")
                    .isEqualTo("42");
            ready();
            assertThat(kernel.run("print(x + 1)")).isEqualTo("42");
            assertThat(kernel.closed()).isFalse();
        }
        assertThat(identity()).isEqualTo(before);
    }

    @Test
    void theRouterDiesAndTheKernelKeepsItsState() throws Exception {
        Identity before = identity();
        String id;
        try (Kernel kernel = Kernel.start(carrel, ada, "ada")) {
            kernel.run("x = 41");
            id = kernel.id();
            carrel.kill("router");
            await().atMost(Carrel.seconds(10)).until(kernel::closed);
        }
        ready();
        try (Kernel kernel = Kernel.connect(carrel, ada, "ada", id)) {
            assertThat(kernel.run("print(x + 1)")).isEqualTo("42");
        }
        assertThat(identity()).isEqualTo(before);
    }

    @Test
    void aNewRouterTakesTheOldOnesPlaceInTheMiddleOfALongCell() throws Exception {
        Identity before = identity();
        long old = carrel.pid("router");
        try (Kernel kernel = Kernel.start(carrel, ada, "ada")) {
            kernel.run("x = 41");
            CompletableFuture<String> cell = CompletableFuture.supplyAsync(() -> {
                try {
                    return kernel.run(
                            "import time\nwhile not __import__('os').path.exists('go'): time.sleep(0.1)\nprint(x + 1)");
                } catch (InterruptedException | IOException e) {
                    throw new IllegalStateException(e);
                }
            });

            assertThat(carrel.succeed("restart", "router")).contains("has taken the place");

            assertThat(carrel.pid("router")).isNotEqualTo(old);
            assertThat(ProcessHandle.of(old))
                    .as("the old one, which has the socket")
                    .isPresent();
            assertThat(ada.get("/user/ada/api").status()).isEqualTo(200);
            assertThat(ada.send(
                                    "PUT",
                                    "/user/ada/api/contents/go",
                                    "{\"type\":\"file\",\"format\":\"text\",\"content\":\"\"}")
                            .status())
                    .isEqualTo(201);
            assertThat(cell.get(60, TimeUnit.SECONDS)).isEqualTo("42");
            assertThat(kernel.closed()).isFalse();
        }
        await().atMost(Carrel.seconds(100)).until(() -> ProcessHandle.of(old).isEmpty());
        assertThat(carrel.status().path("ready").asBoolean()).isTrue();
        assertThat(identity()).isEqualTo(before);
    }

    @Test
    void aContainerRemovedBehindOurBackIsNoticedAndCanBeStartedAgain() {
        carrel.addUser("bob", "bob's long pass phrase", false);
        Api bob = new Api(carrel, carrel.token("bob"));
        bob.startServer("bob");
        String container = Carrel.docker(
                        "ps", "-q", "--filter", "label=dev.carrel.install=" + carrel.installId(), "--latest")
                .strip();

        Carrel.docker("rm", "-f", container);

        await().atMost(Carrel.seconds(5)).untilAsserted(() -> {
            assertThat(bob.get("/hub/api/users/bob")
                            .json()
                            .path("servers")
                            .path("")
                            .path("ready")
                            .asBoolean())
                    .isFalse();
            Api.Answer answer = bob.get("/user/bob/api");
            assertThat(answer.status()).isEqualTo(424);
            assertThat(answer.json().path("session").path("reason").asText())
                    .contains("removed by something other than Carrel");
        });
        bob.startServer("bob");
        assertThat(bob.get("/user/bob/api").status()).isEqualTo(200);
    }
}
