/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSockets over HTTP/2 (RFC 8441): streams beside others, to containers that know only the upgrade of HTTP/1.1. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2WebSocketTest {
    private TestCertificates certificates;
    private RunningRouter router;
    private Backend container;
    private volatile CompletableFuture<String> end = new CompletableFuture<>();

    @BeforeAll
    void start() throws Exception {
        certificates = new TestCertificates();
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "tls");
        TestCertificates.write(folder, "main", certificates.issue("localhost", "*.localhost"));
        router = RunningRouter.start(TestCertificates.settings(folder));
        container = Backend.of(this::serve);
        router.ready("alice", container.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        container.close();
    }

    @AfterEach
    void forget() {
        container.forget();
        end = new CompletableFuture<>();
    }

    /** Echoes bytes; at the end of the other direction says so and ends its own. */
    private void serve(Backend.Seen request, RawClient wire) throws Exception {
        if (request.target().endsWith("/refused")) {
            wire.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope");
            return;
        }
        wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
                + (request.target().endsWith("/hello") ? "hello" : ""));
        var in = wire.socket().getInputStream();
        byte[] buffer = new byte[64 * 1024];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            wire.socket().getOutputStream().write(buffer, 0, read);
            if (new String(buffer, 0, read, StandardCharsets.ISO_8859_1).equals("end")) {
                break;
            }
        }
        wire.send("bye");
        wire.socket().shutdownOutput();
        end.complete("input ended");
        end.complete(in.read() < 0 ? "ended" : "more");
    }

    private RawHttp2 client() throws Exception {
        return new RawHttp2(certificates, router.port());
    }

    private RawHttp2 ask(RawHttp2 client, int stream, String origin, String cookie, String path) throws Exception {
        return client.headers(
                stream,
                false,
                ":method: CONNECT",
                ":protocol: websocket",
                ":scheme: https",
                ":authority: " + router.authority("alice"),
                ":path: " + path,
                "sec-websocket-version: 13",
                "sec-websocket-extensions: permessage-deflate; client_max_window_bits",
                "origin: " + origin,
                "cookie: " + cookie);
    }

    private RawHttp2 ask(RawHttp2 client, int stream, String path) throws Exception {
        return ask(client, stream, "https://" + router.authority("alice"), cookie(), path);
    }

    private String cookie() {
        return "__Host-" + router.cookie("alice");
    }

    @Test
    void theDoorSaysThatItCan() throws Exception {
        try (RawHttp2 client = client()) {
            RawHttp2.Frame settings = client.next();

            assertThat(settings.type()).isEqualTo(RawHttp2.SETTINGS);
            // SETTINGS_ENABLE_CONNECT_PROTOCOL = 1
            assertThat(java.util.HexFormat.of().formatHex(settings.payload())).contains("000800000001");
        }
    }

    @Test
    void bytesFlowBothWaysBesideOrdinaryRequests() throws Exception {
        try (RawHttp2 client = client()) {
            ask(client, 1, "/user/alice/ws/hello");
            Http2Headers head = client.decode(client.next(1, RawHttp2.HEADERS));
            assertThat(head.status()).hasToString("200");
            assertThat(head.get("sec-websocket-extensions")).hasToString("permessage-deflate");
            assertThat(head.contains("sec-websocket-accept")).isFalse();
            assertThat(head.contains("connection")).isFalse();
            assertThat(client.next(1, RawHttp2.DATA).text()).isEqualTo("hello");

            client.data(1, false, "one");
            assertThat(client.next(1, RawHttp2.DATA).text()).isEqualTo("one");
            client.request(3, true, "GET", "elsewhere.example", "/");
            assertThat(client.answer(3).status()).isEqualTo(421);
            client.data(1, false, "two");
            assertThat(client.next(1, RawHttp2.DATA).text()).isEqualTo("two");

            Backend.Seen seen = container.next();
            assertThat(seen.line()).isEqualTo("GET /user/alice/ws/hello HTTP/1.1");
            assertThat(seen.header("Upgrade")).contains("websocket");
            assertThat(seen.header("Connection").orElseThrow()).isEqualToIgnoringCase("upgrade");
            assertThat(seen.header("Sec-WebSocket-Key").orElseThrow()).hasSize(24);
            assertThat(seen.header("Sec-WebSocket-Extensions")).contains("permessage-deflate; client_max_window_bits");
            assertThat(seen.header("Authorization")).contains("token " + RunningRouter.UPSTREAM_TOKEN);
            assertThat(seen.header("Cookie")).isEmpty();
        }
    }

    @Test
    void whatIsSentBeforeTheAnswerIsNotLost() throws Exception {
        try (RawHttp2 client = client()) {
            ask(client, 1, "/user/alice/ws");
            client.data(1, false, "early");

            client.next(1, RawHttp2.HEADERS);
            assertThat(client.next(1, RawHttp2.DATA).text()).isEqualTo("early");
        }
    }

    @Test
    void oneDirectionEndsAndTheOtherStillFlows() throws Exception {
        try (RawHttp2 client = client()) {
            ask(client, 1, "/user/alice/ws");
            client.next(1, RawHttp2.HEADERS);
            client.data(1, true, "last");
            StringBuilder text = new StringBuilder();
            RawHttp2.Frame frame;
            do {
                frame = client.next(1, RawHttp2.DATA);
                text.append(frame.text());
            } while (!frame.end());
            assertThat(text).hasToString("lastbye");
        }
    }

    @Test
    void theContainersEndReachesTheClientAsAnEndAndNotAsAnError() throws Exception {
        try (RawHttp2 client = client()) {
            ask(client, 1, "/user/alice/ws");
            client.next(1, RawHttp2.HEADERS);
            client.data(1, false, "end");
            RawHttp2.Frame frame = client.next(1, RawHttp2.DATA);
            while (!frame.end()) {
                frame = client.next(1, RawHttp2.DATA);
            }
            client.data(1, true, "");
            end.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aClientThatBreaksOffIsGoneForTheContainer() throws Exception {
        try (RawHttp2 client = client()) {
            ask(client, 1, "/user/alice/ws");
            client.next(1, RawHttp2.HEADERS);
            client.cancel(1);

            end.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatTheContainerRefusesIsAnOrdinaryAnswer() throws Exception {
        try (RawHttp2 client = client()) {
            ask(client, 1, "/user/alice/refused");
            RawHttp2.Answer answer = client.answer(1);

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text()).isEqualTo("nope");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://elsewhere.example, true",
        "https://localhost, true",
        "null, true",
        "OWN, false",
    })
    void noneOpensThatItsOwnPageDidNotOpen(String origin, boolean withCookie) throws Exception {
        try (RawHttp2 client = client()) {
            String from = origin.equals("OWN") ? "https://" + router.authority("alice") : origin;
            ask(client, 1, from, withCookie ? cookie() : "none=1", "/user/alice/ws");

            assertThat(client.decode(client.next(1, RawHttp2.HEADERS)).status().toString())
                    .startsWith("4");
            assertThat(container.unseen()).isZero();
        }
    }

    @Test
    void manyMebibytesFlowThroughOne() throws Exception {
        try (RawHttp2 client = client()) {
            ask(client, 1, "/user/alice/ws");
            client.next(1, RawHttp2.HEADERS);
            String piece = "x".repeat(16_000);
            long back = 0;
            for (int i = 0; i < 300; i++) {
                client.data(1, false, piece);
                while (back < 16_000L * (i + 1)) {
                    RawHttp2.Frame frame = client.next(1, RawHttp2.DATA);
                    back += frame.payload().length;
                    client.give(1, frame);
                }
            }
            assertThat(back).isEqualTo(16_000L * 300);
        }
    }
}
