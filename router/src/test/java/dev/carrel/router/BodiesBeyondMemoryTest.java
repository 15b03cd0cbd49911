/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.protocol.signed.SigningKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A body eight times as large as all the memory that the router's process may have, either way. */
class BodiesBeyondMemoryTest {
    private static final int PIECE = 1024 * 1024;
    private static final int PIECES = 512;
    private static final String LENGTH = "Content-Length: " + (long) PIECE * PIECES + "\r\n";

    @TempDir
    private Path folder;

    /** Sends pieces that differ, and says what their digest is. */
    private static String pour(RawClient wire) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] piece = new byte[PIECE];
        new Random(7).nextBytes(piece);
        for (int at = 0; at < PIECES; at++) {
            piece[at] = (byte) at;
            digest.update(piece);
            wire.send(piece);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Reads so many bytes and says what their digest is. */
    private static String drink(InputStream in) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[PIECE];
        for (long left = (long) PIECE * PIECES; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new IOException(left + " bytes are missing");
            }
            digest.update(buffer, 0, read);
            left -= read;
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void passesWholeBothWays() throws Exception {
        int port = RunningRouter.freePorts();
        SigningKeys.readOrCreate(new DataFolder(folder).signingKey());
        CompletableFuture<String> sent = new CompletableFuture<>();
        CompletableFuture<String> received = new CompletableFuture<>();
        try (RouterJvm router = RouterJvm.start(folder, port, Map.of(), List.of("-Xmx64m"));
                Backend target = Backend.of((request, wire) -> {
                    if (request.line().startsWith("POST")) {
                        received.complete(drink(wire.in()));
                        wire.send(Backend.ok("thanks"));
                    } else {
                        wire.send("HTTP/1.1 200 OK\r\n" + LENGTH + "\r\n");
                        sent.complete(pour(wire));
                    }
                })) {
            route(port, target.url());
            String head = " /big HTTP/1.1\r\nHost: localhost:" + port + "\r\n";

            try (RawClient client = new RawClient(port)) {
                client.send("GET" + head + "\r\n").head();
                assertThat(drink(client.in())).isEqualTo(sent.join());

                String uploaded = pour(client.send("POST" + head + LENGTH + "\r\n"));
                assertThat(client.answer().text()).isEqualTo("thanks");
                assertThat(received.join()).isEqualTo(uploaded);
            }
            assertThat(router.lives()).isTrue();
        }
    }

    private static void route(int port, String target) throws Exception {
        int status = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (port + 1) + "/api/routes/big"))
                                .header("Authorization", "token " + RunningRouter.TOKEN)
                                .POST(HttpRequest.BodyPublishers.ofString("{\"target\":\"" + target + "\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
        assertThat(status).isEqualTo(201);
    }
}
