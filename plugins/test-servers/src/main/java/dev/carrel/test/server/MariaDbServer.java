/* Copyright the Carrel authors. */
package dev.carrel.test.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.mariadb.jdbc.MariaDbDataSource;

/** MariaDB, from the system's package mariadb-server-core; `./carrel test` installs it. */
public final class MariaDbServer implements TestServer {
    private static final int START_SECONDS = 60;
    private static final String PASSWORD = "pass'word";

    private final Path folder = TestServer.folder("mariadb");
    private final Path data = folder.resolve("data");
    private final int port = TestServer.freePort();
    private Process process;

    private static final class Shared {
        static final MariaDbServer SERVER = new MariaDbServer();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
        }
    }

    /** One for all tests that leave it running. */
    public static MariaDbServer shared() {
        return Shared.SERVER;
    }

    /** Starts one. */
    public MariaDbServer() {
        run(
                program("mariadb-install-db"),
                "--datadir=" + data,
                "--auth-root-authentication-method=normal",
                "--skip-test-db");
        process = start();
        try (Connection root = connect("mysql", "root", "");
                Statement statement = root.createStatement()) {
            // The server's usual collation ignores case: ours must hold nevertheless.
            statement.execute("create database carrel character set latin1 collate latin1_german2_ci");
            statement.execute("create user carrel@'%' identified by 'pass''word'");
            statement.execute("grant all on carrel.* to carrel@'%'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String program(String name) {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseThrow(() -> new AssertionError(
                        name + " is not installed (apt-get install mariadb-server-core; ./carrel test does it)"));
    }

    private void run(String program, String... arguments) {
        try {
            Process started = begin(program, arguments);
            if (!started.waitFor(START_SECONDS, TimeUnit.SECONDS) || started.exitValue() != 0) {
                started.destroyForcibly();
                throw new AssertionError(program + " failed: " + Files.readString(log()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Process begin(String program, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(program, "--no-defaults", "--user=" + System.getProperty("user.name")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private Path log() {
        return folder.resolve("log");
    }

    private Process start() {
        try {
            Process started = begin(
                    program("mariadbd"),
                    "--datadir=" + data,
                    "--port=" + port,
                    "--bind-address=127.0.0.1",
                    "--socket=" + folder.resolve("socket"),
                    "--pid-file=" + folder.resolve("pid"),
                    "--max-connections=200",
                    "--innodb-buffer-pool-size=64M",
                    "--innodb-log-file-size=32M");
            await(started);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await(Process started) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try (Connection _ = connect("mysql", "root", "")) {
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > deadline || !started.isAlive()) {
                    started.destroyForcibly();
                    throw new AssertionError("MariaDB does not start: " + Files.readString(log()), e);
                }
            }
        }
    }

    private Connection connect(String database, String user, String password) throws SQLException {
        MariaDbDataSource source =
                new MariaDbDataSource("jdbc:mariadb://127.0.0.1:" + port + "/" + database + "?connectTimeout=500");
        return source.getConnection(user, password);
    }

    @Override
    public String url() {
        return "jdbc:mariadb://127.0.0.1:" + port + "/carrel";
    }

    @Override
    public String user() {
        return "carrel";
    }

    @Override
    public String password() {
        return PASSWORD;
    }

    @Override
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void restart() {
        process = start();
    }

    @Override
    public void close() {
        kill();
        TestServer.delete(folder);
    }
}
