/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.NotFoundException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Images that are fetched, from a registry of our own on this machine, by the real Docker engine. */
class PullIT {
    private static Registry registry;
    private static LiveManager manager;

    @BeforeAll
    static void start() throws Exception {
        registry = new Registry();
        manager = LiveManager.start(
                entry("tag", registry.name() + ":latest", "if-missing")
                        + entry("digest", registry.name() + "@" + registry.manifestDigest, "if-missing")
                        + entry("other", registry.name() + "@sha256:" + "0".repeat(64), "if-missing")
                        + entry("never", registry.name() + ":never", "never")
                        + entry("unknown", registry.name() + ":unknown", "if-missing"),
                "");
    }

    private static String entry(String name, String reference, String pull) {
        return "    - name: " + name + "\n      reference: " + reference + "\n      pull: " + pull + "\n";
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            manager.docker.removeImageCmd(registry.configDigest).withForce(true).exec();
        } catch (NotFoundException _) {
            // No test got as far as fetching it.
        }
        manager.close();
        registry.close();
    }

    @Test
    void anImageIsFetchedOnceWithProgressByTagAndByDigest() throws Exception {
        assertThat(manager.progressOf(new Command.EnsureImage("tag")))
                .isNotEmpty()
                .last()
                .isEqualTo("Fetching the image: 1 of 1 layers");

        assertThat(manager.call(new Command.EnsureImage("tag")))
                .isEqualTo(new Result.ImageReady("tag", registry.configDigest, false));
        assertThat(manager.call(new Command.EnsureImage("digest")))
                .isInstanceOfSatisfying(
                        Result.ImageReady.class,
                        ready -> assertThat(ready.imageId()).isEqualTo(registry.configDigest));
    }

    @Test
    void whatTheRegistryDoesNotHaveOrThePolicyDoesNotLetBeFetchedIsMissing() {
        for (String name : new String[] {"other", "unknown", "never"}) {
            assertThatThrownBy(() -> manager.call(new Command.EnsureImage(name)))
                    .as(name)
                    .isInstanceOfSatisfying(
                            CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.IMAGE_MISSING))
                    .hasMessageContaining(registry.name());
        }
    }

    /** The few answers of the registry protocol that a pull needs. */
    private static final class Registry implements AutoCloseable {
        private final HttpServer server;
        private final Map<String, byte[]> blobs = new HashMap<>();
        private final String manifest;
        final String manifestDigest;
        final String configDigest;

        Registry() throws Exception {
            byte[] tar = new byte[1024];
            String layer = blob(zip(tar));
            configDigest = blob(
                    ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"x\"],\"Labels\":{\"made\":\""
                                    + System.nanoTime() + "\"}},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
                                    + digest(tar) + "\"]}}")
                            .getBytes(StandardCharsets.UTF_8));
            String type = "application/vnd.docker.";
            manifest = "{\"schemaVersion\":2,\"mediaType\":\"" + type
                    + "distribution.manifest.v2+json\",\"config\":{\"mediaType\":\"" + type
                    + "container.image.v1+json\",\"size\":" + blobs.get(configDigest).length + ",\"digest\":\""
                    + configDigest
                    + "\"},\"layers\":[{\"mediaType\":\"" + type + "image.rootfs.diff.tar.gzip\",\"size\":"
                    + blobs.get(layer).length
                    + ",\"digest\":\"" + layer + "\"}]}";
            manifestDigest = digest(manifest.getBytes(StandardCharsets.UTF_8));
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
            server.createContext("/v2/", this::answer);
            server.start();
        }

        String name() {
            return "127.0.0.1:" + server.getAddress().getPort() + "/carrel/pulled";
        }

        private String blob(byte[] bytes) throws Exception {
            String digest = digest(bytes);
            blobs.put(digest, bytes);
            return digest;
        }

        private void answer(HttpExchange exchange) throws IOException {
            String path = exchange.getRequestURI().getPath();
            String last = path.substring(path.lastIndexOf('/') + 1);
            if (path.equals("/v2/")) {
                send(exchange, 200, "application/json", "{}".getBytes(StandardCharsets.UTF_8));
            } else if (path.contains("/manifests/") && (last.equals("latest") || last.equals(manifestDigest))) {
                exchange.getResponseHeaders().set("Docker-Content-Digest", manifestDigest);
                send(
                        exchange,
                        200,
                        "application/vnd.docker.distribution.manifest.v2+json",
                        manifest.getBytes(StandardCharsets.UTF_8));
            } else if (blobs.containsKey(last)) {
                send(exchange, 200, "application/octet-stream", blobs.get(last));
            } else {
                send(
                        exchange,
                        404,
                        "application/json",
                        "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}"
                                .getBytes(StandardCharsets.UTF_8));
            }
        }

        private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
            try (exchange) {
                exchange.getResponseHeaders().set("Content-Type", type);
                boolean head = exchange.getRequestMethod().equals("HEAD");
                if (head) {
                    exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
                }
                exchange.sendResponseHeaders(status, head ? -1 : body.length);
                if (!head) {
                    exchange.getResponseBody().write(body);
                }
            }
        }

        private static byte[] zip(byte[] bytes) throws IOException {
            ByteArrayOutputStream zipped = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
                gzip.write(bytes);
            }
            return zipped.toByteArray();
        }

        private static String digest(byte[] bytes) throws Exception {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
