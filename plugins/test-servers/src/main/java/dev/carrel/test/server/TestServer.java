/* Copyright the Carrel authors. */
package dev.carrel.test.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A real database server of the test's own: its data in a folder of its own, on a port of its own. */
public interface TestServer extends AutoCloseable {
    /** For JDBC. */
    String url();

    /** Who may do all. */
    String user();

    /** Theirs. */
    String password();

    /** Ends it at once. */
    void kill();

    /** Starts it again on the same data and port; returns when it answers. */
    void restart();

    @Override
    void close();

    /** One that is free now. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A fresh one. */
    static Path folder(String name) {
        try {
            return Files.createTempDirectory(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes it with all that is in it. */
    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
