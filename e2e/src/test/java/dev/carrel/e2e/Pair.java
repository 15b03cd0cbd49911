/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.test.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Two whole installations, "one" and "two", that share a PostgreSQL and a signing key. On one machine they share a Docker, too, each with networks of its own. */
final class Pair implements AutoCloseable {
    private final PostgresServer database;
    private final Carrel one;
    private final Carrel two;

    private Pair(PostgresServer database, Carrel one, Carrel two) {
        this.database = database;
        this.one = one;
        this.two = two;
    }

    /**
     * Set up, and not started.
     *
     * @param one with the settings that are its own
     * @param two likewise
     */
    static Pair of(Carrel one, Carrel two) throws Exception {
        PostgresServer database = new PostgresServer();
        Pair pair = new Pair(database, instance(one, "one", database), instance(two, "two", database));
        Path key = two.data().resolve("keys/signing.key");
        Files.copy(
                one.data().resolve("keys/signing.key"),
                key,
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
        if ("root".equals(System.getProperty("user.name"))) {
            Carrel.Ran given = Carrel.exec(
                    "",
                    Map.of(),
                    List.of("chown", "--reference=" + one.data().resolve("keys/signing.key"), key.toString()));
            assertThat(given.status()).as(given.all()).isZero();
        }
        return pair;
    }

    private static Carrel instance(Carrel carrel, String name, PostgresServer database) throws IOException {
        carrel.with("CARREL_INSTANCE_NAME", name)
                .with("CARREL_INSTANCE_HOP_PORT", Integer.toString(Carrel.freePorts()));
        carrel.succeed("setup");
        carrel.succeed("plugin", "install", "database-jdbc");
        Path settings = carrel.data().resolve("etc/plugins/database-jdbc.properties");
        Files.createDirectories(settings.getParent());
        Files.writeString(
                settings,
                "url = " + database.url() + "\nuser = " + database.user() + "\npassword = " + database.password()
                        + "\n");
        return carrel.with("CARREL_DATABASE_PLUGIN", "database-jdbc");
    }

    Carrel one() {
        return one;
    }

    Carrel two() {
        return two;
    }

    /** Starts both. */
    void start() {
        CompletableFuture<String> first = CompletableFuture.supplyAsync(one::start);
        two.start();
        first.join();
    }

    @Override
    public void close() {
        two.close();
        one.close();
        database.close();
    }
}
