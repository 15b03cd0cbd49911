/* Copyright the Carrel authors. */
package dev.carrel.router;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;

/** A real HTTP server of somebody else's making, which tells which requests it has read to their end: {@code METHOD target length-of-body}. */
final class EchoServer implements AutoCloseable {
    /** Whose. */
    enum Kind {
        TORNADO,
        NODE,
        JDK
    }

    /** Stops it. */
    private interface Stop {
        void stop() throws IOException;
    }

    private final int port;
    private final ConcurrentLinkedQueue<String> seen;
    private final Stop stop;

    private EchoServer(int port, ConcurrentLinkedQueue<String> seen, Stop stop) {
        this.port = port;
        this.seen = seen;
        this.stop = stop;
    }

    static EchoServer start(Kind kind) throws Exception {
        return switch (kind) {
            case TORNADO -> program("/usr/bin/python3", "echo.py", "python3-tornado");
            case NODE -> program("node", "echo.js", "nodejs");
            case JDK -> jdk();
        };
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** All so far, in their order. */
    List<String> seen() {
        return List.copyOf(seen);
    }

    private static EchoServer jdk() throws IOException {
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, seen));
        server.start();
        return new EchoServer(server.getAddress().getPort(), seen, () -> server.stop(0));
    }

    private static void answer(HttpExchange exchange, ConcurrentLinkedQueue<String> seen) throws IOException {
        int length = exchange.getRequestBody().readAllBytes().length;
        String line = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + length;
        seen.add(line);
        exchange.sendResponseHeaders(200, line.length());
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(line.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static EchoServer program(String command, String script, String debianPackage) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command, file(script))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new IOException(command + " does not start; install Debian's " + debianPackage, e);
        }
        BufferedReader out = process.inputReader(StandardCharsets.ISO_8859_1);
        String first = out.readLine();
        if (first == null || !first.startsWith("port ")) {
            process.destroy();
            throw new IOException(script + " does not run (" + first + "); install Debian's " + debianPackage);
        }
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        CompletableFuture<Void> reading =
                CompletableFuture.runAsync(() -> out.lines().forEach(seen::add), Thread.ofVirtual()::start);
        return new EchoServer(Integer.parseInt(first.substring(5)), seen, () -> {
            process.getOutputStream().close();
            process.onExit().join();
            reading.join();
        });
    }

    private static String file(String script) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(EchoServer.class.getResource("/backends/" + script))
                        .toURI())
                .toString();
    }

    /** Afterwards {@link #seen} is complete. */
    @Override
    public void close() throws IOException {
        stop.stop();
    }
}
