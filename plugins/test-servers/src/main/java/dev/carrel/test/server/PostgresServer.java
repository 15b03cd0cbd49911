/* Copyright the Carrel authors. */
package dev.carrel.test.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/** PostgreSQL, from a jar. */
public final class PostgresServer implements TestServer {
    private static final Duration START = Duration.ofSeconds(30);

    private final Path data = TestServer.folder("postgres");
    private final int port = TestServer.freePort();
    private final EmbeddedPostgres server = start();
    private List<String> command = List.of();

    private static final class Shared {
        static final PostgresServer SERVER = new PostgresServer();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
        }
    }

    /** One for all tests that leave it running. */
    public static PostgresServer shared() {
        return Shared.SERVER;
    }

    /** Starts one. */
    public PostgresServer() {}

    private EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setServerConfig("max_connections", "200")
                    // As a server is run, not as the jar likes it: it would forget commits when killed.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setPGStartupWait(START)
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

    /** Its children notice that it is gone only later, or never; a loss of power spares none. All of them work in the folder of the data. */
    @Override
    public void kill() {
        ProcessHandle postmaster = ProcessHandle.of(pid()).orElseThrow();
        command = commandLine(postmaster);
        postmaster.destroyForcibly();
        postmaster.onExit().join();
        for (List<ProcessHandle> left = workers(); !left.isEmpty(); left = workers()) {
            left.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private long pid() {
        try {
            return Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> commandLine(ProcessHandle process) {
        // Root may not run PostgreSQL; in a name space of its own it is nobody.
        Stream<String> prefix =
                System.getProperty("user.name").equals("root") ? Stream.of("unshare", "-U") : Stream.of();
        return Stream.of(
                        prefix,
                        process.info().command().stream(),
                        Stream.of(process.info().arguments().orElse(new String[0])))
                .flatMap(part -> part)
                .toList();
    }

    private List<ProcessHandle> workers() {
        return ProcessHandle.allProcesses().filter(this::isWorker).toList();
    }

    private boolean isWorker(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", String.valueOf(process.pid()), "cwd"))
                    .equals(data.toRealPath());
        } catch (IOException _) {
            // It has ended.
            return false;
        }
    }

    @Override
    public void restart() {
        try {
            Process started = new ProcessBuilder(command)
                    .directory(data.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(data.resolve("restart.log").toFile())
                    .start();
            long deadline = System.nanoTime() + START.toNanos();
            while (!answers()) {
                if (System.nanoTime() > deadline || !started.isAlive()) {
                    throw new AssertionError(
                            "PostgreSQL does not start again: " + Files.readString(data.resolve("restart.log")));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url());
        try (Connection _ = source.getConnection(user(), password())) {
            return true;
        } catch (SQLException _) {
            return false;
        }
    }

    @Override
    public void close() {
        if (command.isEmpty()) {
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else if (Files.exists(data.resolve("postmaster.pid"))
                && ProcessHandle.of(pid()).isPresent()) {
            kill();
        }
        TestServer.delete(data);
    }
}
