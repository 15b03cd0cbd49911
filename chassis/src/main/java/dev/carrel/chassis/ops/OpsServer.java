/* Copyright the Carrel authors. */
package dev.carrel.chassis.ops;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Serves {@code /health/live}, {@code /health/ready} (503 with the faults while not ready) and {@code /metrics} where it is told; each request on a
 * virtual thread.
 */
public final class OpsServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final Health health;
    private final PrometheusMeterRegistry metrics;
    private final String process;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Binds at once.
     *
     * @throws IOException when the port is in use; the message names it
     */
    public OpsServer(String process, InetSocketAddress address, Health health, PrometheusMeterRegistry metrics)
            throws IOException {
        this.process = process;
        this.health = health;
        this.metrics = metrics;
        try {
            server = HttpServer.create(address, 64);
        } catch (IOException e) {
            throw new IOException(
                    "port in use: " + host(address) + ":" + address.getPort()
                            + " (expected: free for the health page of the " + process
                            + "; stop what uses it or choose others: site.internal-ports)",
                    e);
        }
        server.setExecutor(threads);
        server.createContext("/health/live", e -> answer(e, 200, "application/json", "{\"status\":\"up\"}\n"));
        server.createContext("/health/ready", this::ready);
        server.createContext(
                "/metrics", e -> answer(e, 200, "text/plain; version=0.0.4; charset=utf-8", this.metrics.scrape()));
        server.createContext("/", e -> answer(e, 404, "text/plain", "known: /health/live /health/ready /metrics\n"));
    }

    /** Starts to answer. */
    public void start() {
        server.start();
    }

    private static String host(InetSocketAddress address) {
        return address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
    }

    /** The port that was bound. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void ready(HttpExchange exchange) throws IOException {
        Map<String, Optional<String>> report = health.report();
        boolean good = report.values().stream().allMatch(Optional::isEmpty);
        ObjectNode body = JSON.createObjectNode();
        body.put("process", process);
        body.put("status", good ? "ready" : "not-ready");
        body.put("pid", ProcessHandle.current().pid());
        ObjectNode checks = body.putObject("checks");
        report.forEach((name, fault) -> checks.put(name, fault.orElse("ok")));
        Map<String, String> warnings = health.warnings();
        if (!warnings.isEmpty()) {
            warnings.forEach(body.putObject("warnings")::put);
        }
        answer(exchange, good ? 200 : 503, "application/json", body + "\n");
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            boolean head = "HEAD".equals(exchange.getRequestMethod());
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    /** Ends at once; a second time changes nothing. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        server.stop(0);
        threads.close();
    }
}
