/* Copyright the Carrel authors. */
package dev.carrel.test.server;

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
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * MySQL, from a folder in which somebody has unpacked it with the libraries that it needs: no release of Debian has it, so it is used when the system
 * property {@code carrel.mysql} names that folder (docs/testing.md). Needs root, for the folder becomes the server's root.
 */
public final class MySqlServer implements TestServer {
    /** Names the folder. */
    public static final String PROPERTY = "carrel.mysql";

    private static final int START_SECONDS = 60;
    private static final String PASSWORD = "pass'word";

    private final Path root = Path.of(System.getProperty(PROPERTY, "")).toAbsolutePath();
    private final Path folder;
    private final String inside;
    private final int port = TestServer.freePort();
    private Process process;

    private static final class Shared {
        static final MySqlServer SERVER = new MySqlServer();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
        }
    }

    /** One for all tests that leave it running. */
    public static MySqlServer shared() {
        return Shared.SERVER;
    }

    /** Starts one. */
    public MySqlServer() {
        try {
            folder = Files.createTempDirectory(Files.createDirectories(root.resolve("tmp")), "mysql");
            inside = "/" + root.relativize(folder);
            Process made = begin("--initialize-insecure");
            if (!made.waitFor(START_SECONDS, TimeUnit.SECONDS) || made.exitValue() != 0) {
                made.destroyForcibly();
                throw new AssertionError("mysqld --initialize-insecure failed: " + Files.readString(log()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        process = start();
        try (Connection admin = connect("mysql", "root", "");
                Statement statement = admin.createStatement()) {
            // The server's usual collation ignores case: ours must hold nevertheless.
            statement.execute("create database carrel character set latin1 collate latin1_german2_ci");
            statement.execute("create user carrel@'%' identified by 'pass''word'");
            statement.execute("grant all on carrel.* to carrel@'%'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Process begin(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "chroot",
                root.toString(),
                "/usr/sbin/mysqld",
                "--no-defaults",
                "--user=root",
                "--secure-file-priv=NULL",
                "--datadir=" + inside + "/data"));
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
                    "--port=" + port,
                    "--bind-address=127.0.0.1",
                    "--socket=" + inside + "/socket",
                    "--pid-file=" + inside + "/pid",
                    "--mysqlx=OFF",
                    "--max-connections=200",
                    "--innodb-buffer-pool-size=64M");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
            while (true) {
                try (Connection _ = connect("mysql", "root", "")) {
                    return started;
                } catch (SQLException e) {
                    if (System.nanoTime() > deadline || !started.isAlive()) {
                        started.destroyForcibly();
                        throw new AssertionError("MySQL does not start: " + Files.readString(log()), e);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Connection connect(String database, String user, String password) throws SQLException {
        MariaDbDataSource source = new MariaDbDataSource("jdbc:mariadb://127.0.0.1:" + port + "/" + database
                + "?connectTimeout=500&allowPublicKeyRetrieval=true");
        return source.getConnection(user, password);
    }

    @Override
    public String url() {
        // Without TLS the driver must be allowed to ask the server for the key that keeps the password from listeners.
        return "jdbc:mysql://127.0.0.1:" + port + "/carrel?allowPublicKeyRetrieval=true";
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
