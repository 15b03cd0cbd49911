/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** PostgreSQL, from a jar. */
final class PostgresServer implements TestServer {
    private static final int MOST_STARTS = 20;

    private final Path data = TestServer.folder("postgres");
    private final int port = TestServer.freePort();
    private EmbeddedPostgres server = start();

    private static final class Shared {
        static final PostgresServer SERVER = new PostgresServer();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
        }
    }

    /** One for all tests that leave it running. */
    static PostgresServer shared() {
        return Shared.SERVER;
    }

    private EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setServerConfig("max_connections", "200")
                    .setPGStartupWait(Duration.ofSeconds(30))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL does not start", e);
        }
    }

    @Override
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    @Override
    public String user() {
        return "postgres";
    }

    @Override
    public String password() {
        return "postgres";
    }

    @Override
    public void kill() {
        try {
            long pid = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
            ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
            // Its children notice, and end, only later; a loss of power spares none.
            Stream.concat(Stream.of(postmaster), postmaster.descendants().toList().stream())
                    .forEach(ProcessHandle::destroyForcibly);
            postmaster.onExit().join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void restart() {
        for (int i = 1; ; i++) {
            try {
                server = start();
                return;
            } catch (UncheckedIOException | IllegalStateException e) {
                // The memory of the one before is still in use for a moment.
                if (i == MOST_STARTS) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            TestServer.delete(data);
        }
    }
}
