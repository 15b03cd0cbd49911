/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
        /** Docker tries TLS first; a server that waits for more of it would cost ten seconds. */
        private static final int TLS_HANDSHAKE = 22;

        private final ServerSocket server;
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
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::serve);
        }

        String name() {
            return "127.0.0.1:" + server.getLocalPort() + "/carrel/pulled";
        }

        private String blob(byte[] bytes) throws Exception {
            String digest = digest(bytes);
            blobs.put(digest, bytes);
            return digest;
        }

        private void serve() {
            try {
                while (true) {
                    Socket client = server.accept();
                    Thread.ofVirtual().start(() -> answer(client));
                }
            } catch (IOException _) {
                // Closed.
            }
        }

        private void answer(Socket client) {
            try (client;
                    var input = new BufferedInputStream(client.getInputStream())) {
                input.mark(1);
                if (input.read() == TLS_HANDSHAKE) {
                    return;
                }
                input.reset();
                var lines = new BufferedReader(new InputStreamReader(input, StandardCharsets.US_ASCII));
                String[] request = lines.readLine().split(" ");
                for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
                    assertThat(line).contains(":");
                }
                answer(client, request[0].equals("HEAD"), request[1]);
            } catch (IOException _) {
                // Docker went away, or probed and left.
            }
        }

        private void answer(Socket client, boolean head, String path) throws IOException {
            String last = path.substring(path.lastIndexOf('/') + 1);
            if (path.equals("/v2/")) {
                send(client, head, "200 OK", "application/json", bytes("{}"));
            } else if (path.contains("/manifests/") && (last.equals("latest") || last.equals(manifestDigest))) {
                send(client, head, "200 OK", "application/vnd.docker.distribution.manifest.v2+json", bytes(manifest));
            } else if (blobs.containsKey(last)) {
                send(client, head, "200 OK", "application/octet-stream", blobs.get(last));
            } else {
                String fault = "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}";
                send(client, head, "404 Not Found", "application/json", bytes(fault));
            }
        }

        private void send(Socket client, boolean head, String status, String type, byte[] body) throws IOException {
            var output = client.getOutputStream();
            output.write(bytes("HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length
                    + "\r\nDocker-Content-Digest: " + manifestDigest + "\r\nConnection: close\r\n\r\n"));
            if (!head) {
                output.write(body);
            }
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
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
        public void close() throws IOException {
            server.close();
        }
    }
}
