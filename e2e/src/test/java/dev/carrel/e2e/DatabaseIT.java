/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carrel.test.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

/** An installation moves from its own SQLite to PostgreSQL while a session runs, and PostgreSQL is killed. */
class DatabaseIT {
    @Test
    void everythingMovesToAnotherDatabaseAndSessionsOutliveItsLoss() throws Exception {
        try (PostgresServer server = new PostgresServer();
                Carrel carrel = Carrel.up()) {
            carrel.addUser("ada", "ada's long pass phrase", false);
            Api ada = new Api(carrel, carrel.token("ada"));
            ada.startServer("ada");
            String before = ada.server("ada").path("id").asText();
            move(carrel, server);

            assertThat(ada.server("ada").path("id").asText()).isEqualTo(before);
            try (Kernel kernel = Kernel.start(carrel, ada, "ada")) {
                kernel.run("x = 41");
                server.kill();

                await().atMost(Carrel.seconds(15)).untilAsserted(() -> {
                    Api.Answer answer = ada.get("/hub/api/users/ada");
                    assertThat(answer.status()).isEqualTo(503);
                    assertThat(answer.json().path("message").asText()).contains("database");
                });
                assertThat(kernel.run("print(x + 1)")).isEqualTo("42");
                assertThat(ada.get("/user/ada/api").status())
                        .as("through the router, with a token")
                        .isEqualTo(200);

                server.restart();
                await().atMost(Carrel.seconds(5))
                        .untilAsserted(
                                () -> assertThat(ada.get("/hub/api/users/ada").status())
                                        .isEqualTo(200));
                assertThat(kernel.run("print(x + 1)")).isEqualTo("42");
                assertThat(kernel.closed()).isFalse();
            }
            assertThat(ada.server("ada").path("id").asText()).isEqualTo(before);
            assertThat(carrel.containers()).hasSize(1);
        }
    }

    /** As docs/tables.md says. */
    private static void move(Carrel carrel, PostgresServer server) throws IOException {
        carrel.succeed("plugin", "install", "database-jdbc");
        Path settings = carrel.data().resolve("etc/plugins/database-jdbc.properties");
        Files.createDirectories(settings.getParent());
        Files.writeString(
                settings,
                "url = " + server.url() + "\nuser = " + server.user() + "\npassword = " + server.password() + "\n");
        carrel.succeed("down");
        Path file = carrel.data().resolveSibling("tables.jsonl");
        carrel.succeed("db", "export", file.toString());
        Files.writeString(
                carrel.data().resolve("etc/carrel.yaml"),
                "database:\n  plugin: database-jdbc\n",
                StandardOpenOption.APPEND);
        carrel.succeed("db", "import", file.toString());
        carrel.start();
    }
}
