/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSockets pass untouched, and none passes that its own page did not open. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketTest {
    private static final String UPGRADE = """
            Connection: keep-alive, Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            """.replace("\n", "\r\n");

    private RunningRouter router;
    private Backend container;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
        container = Backend.of(WebSocketTest::serve);
        router.ready("alice", container.url());
        router.ready("bob", container.url());
        router.plainRoute("/stock", container.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        container.close();
    }

    @AfterEach
    void forget() {
        container.forget();
    }

    /** Accepts, says hello in the same packet, then echoes bytes until the other side ends. */
    private static void serve(Backend.Seen request, RawClient wire) throws Exception {
        if (request.target().endsWith("/refused")) {
            wire.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope");
            return;
        }
        String key = request.header("Sec-WebSocket-Key").orElseThrow() + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        String accept = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII)));
        wire.send(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                        + accept + "\r\nSec-WebSocket-Protocol: v1.kernel\r\n\r\n"
                        + (request.target().endsWith("/hello") ? "hello" : ""));
        var in = wire.socket().getInputStream();
        if (request.target().endsWith("/frames")) {
            frames(wire);
            return;
        }
        byte[] buffer = new byte[64 * 1024];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            wire.socket().getOutputStream().write(buffer, 0, read);
        }
        wire.send("bye");
        throw new IOException("done");
    }

    /** Unmasks and echoes small text frames; answers a close frame with the same code. */
    private static void frames(RawClient wire) throws Exception {
        while (true) {
            byte[] head = wire.bytes(2);
            int length = head[1] & 0x7f;
            if (length == 126) {
                byte[] extended = wire.bytes(2);
                length = (extended[0] & 0xff) << 8 | extended[1] & 0xff;
            }
            byte[] mask = wire.bytes(4);
            byte[] payload = wire.bytes(length);
            for (int at = 0; at < payload.length; at++) {
                payload[at] ^= mask[at % 4];
            }
            wire.send(
                    length < 126
                            ? new byte[] {head[0], (byte) length}
                            : new byte[] {head[0], 126, (byte) (length >> 8), (byte) length});
            wire.send(payload);
            if ((head[0] & 0xf) == 8) {
                return;
            }
        }
    }

    private RawClient open(String authority, String path, String headers) throws IOException {
        return router.raw()
                .send("GET " + path + " HTTP/1.1\r\nHost: " + authority + "\r\n" + UPGRADE + headers + "\r\n");
    }

    private RawClient openOwn(String path) throws IOException {
        return open(
                router.authority("alice"),
                path,
                "Cookie: " + router.cookie("alice") + "\r\nOrigin: http://" + router.authority("alice") + "\r\n");
    }

    @Test
    void carriesMessagesAndCloseCodesOfARealClient() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("v1.kernel")
                .header("Authorization", "token " + router.apiToken("alice", "self"))
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + router.port() + "/user/alice/frames"), new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                                heard.add(data.toString());
                                webSocket.request(1);
                                return null;
                            }

                            @Override
                            public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
                                heard.add(code + " " + reason);
                                return null;
                            }
                        })
                .get(20, TimeUnit.SECONDS);
        String large = "x".repeat(10_000);

        socket.sendText("1+1", true).get(20, TimeUnit.SECONDS);
        socket.sendText(large, true).get(20, TimeUnit.SECONDS);
        socket.sendClose(4321, "done").get(20, TimeUnit.SECONDS);

        assertThat(socket.getSubprotocol()).isEqualTo("v1.kernel");
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("1+1");
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(large);
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("4321 done");
    }

    @Test
    void losesNoByteSentRightBehindTheSwitch() throws Exception {
        try (RawClient client = openOwn("/user/alice/hello").send("early")) {
            assertThat(client.head().status()).isEqualTo(101);
            assertThat(client.text(10)).isEqualTo("helloearly");
        }
    }

    @Test
    void tellsTheContainerWhoAsksAndNothingOfOurs() throws Exception {
        try (RawClient client = openOwn("/user/alice/ws?session_id=1")) {
            RawClient.Answer answer = client.head();

            assertThat(answer.header("Upgrade")).isEqualTo("websocket");
            assertThat(answer.header("Connection")).isEqualToIgnoringCase("upgrade");
            Backend.Seen seen = container.next();
            assertThat(seen.line()).isEqualTo("GET /user/alice/ws?session_id=1 HTTP/1.1");
            assertThat(seen.header("Connection").orElse("")).isEqualToIgnoringCase("upgrade");
            assertThat(seen.header("Upgrade")).contains("websocket");
            assertThat(seen.header("Authorization")).contains("token " + RunningRouter.UPSTREAM_TOKEN);
            assertThat(seen.header("Cookie")).isEmpty();
            assertThat(seen.header("Origin")).contains("http://" + router.authority("alice"));
        }
    }

    @Test
    void eachSideHearsWhenTheOtherEndsItsDirection() throws Exception {
        try (RawClient client = openOwn("/user/alice/ws")) {
            client.head();
            client.send("last words");
            client.socket().shutdownOutput();

            assertThat(client.rest()).isEqualTo("last wordsbye");
        }
    }

    @ParameterizedTest(name = "{0} {1} origin {2} -> {3}")
    @CsvSource({
        "alice, cookie, own, 101",
        "alice, cookie, none, 403",
        "alice, cookie, null, 403",
        "alice, cookie, base, 403",
        "alice, cookie, sibling, 403",
        "alice, cookie, https, 403",
        "alice, cookie, noport, 403",
        "alice, cookie, evil, 403",
        "alice, cookie, suffix, 403",
        "alice, cookie, userinfo, 403",
        "alice, cookie, path, 403",
        "alice, cookie, upper, 403",
        "alice, cookie, two, 403",
        "alice, none, own, 403",
        "alice, bob, own, 403",
        "alice, forged, own, 403",
        "alice, token, none, 101",
        "alice, token, evil, 101",
        "bob, cookie, own, 403",
        "base, cookie, base, 403",
        "base, none, base, 403",
        "base, token, none, 101",
        "base, token, evil, 101",
    })
    void opensForItsOwnPagesAndForTokensOnly(String host, String credential, String origin, int status)
            throws Exception {
        String own = router.authority("alice");
        String credentials = switch (credential) {
            case "cookie" -> "Cookie: " + router.cookie("alice") + "\r\n";
            case "bob" -> "Cookie: " + router.cookie("bob") + "\r\n";
            case "forged" -> "Cookie: " + router.cookie("alice") + "x\r\n";
            case "token" -> "Authorization: Bearer " + router.apiToken("alice", "self") + "\r\n";
            default -> "";
        };
        String origins = switch (origin) {
            case "own" -> "Origin: http://" + own + "\r\n";
            case "base" -> "Origin: http://" + router.baseAuthority() + "\r\n";
            case "sibling" -> "Origin: http://" + router.authority("bob") + "\r\n";
            case "https" -> "Origin: https://" + own + "\r\n";
            case "noport" -> "Origin: http://" + RunningRouter.host("alice") + "\r\n";
            case "evil" -> "Origin: https://evil.example\r\n";
            case "suffix" -> "Origin: http://" + own + ".evil.example\r\n";
            case "userinfo" -> "Origin: http://" + own + "@evil.example\r\n";
            case "path" -> "Origin: http://" + own + "/\r\n";
            case "upper" -> "Origin: HTTP://" + own + "\r\n";
            case "two" -> "Origin: https://evil.example\r\nOrigin: http://" + own + "\r\n";
            case "null" -> "Origin: null\r\n";
            default -> "";
        };
        String authority = host.equals("base") ? router.baseAuthority() : router.authority(host);
        try (RawClient client = open(authority, "/user/alice/ws", credentials + origins)) {
            RawClient.Answer answer = client.head();

            assertThat(answer.status()).isEqualTo(status);
            if (status != 101) {
                assertThat(answer.header("Content-Length")).isEqualTo("0");
                assertThat(client.rest()).isEmpty();
                assertThat(container.unseen())
                        .as("upgrades that reached the container")
                        .isZero();
            }
        }
    }

    @Test
    void answersWithTheBareStatusWhileTheSessionIsAway() throws Exception {
        router.session("away", "stopped", "", "");
        try (RawClient client = open(
                router.authority("away"),
                "/ws",
                "Cookie: " + router.cookie("away") + "\r\nOrigin: http://" + router.authority("away") + "\r\n")) {
            RawClient.Answer answer = client.head();

            assertThat(answer.status()).isEqualTo(424);
            assertThat(answer.header("Content-Length")).isEqualTo("0");
        }
    }

    @Test
    void relaysARefusalWithItsBody() throws Exception {
        try (RawClient client = openOwn("/user/alice/refused")) {
            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text()).isEqualTo("nope");
        }
    }

    @Test
    void passesForARouteWithoutSession() throws Exception {
        try (RawClient client = open(router.baseAuthority(), "/stock/ws", "Origin: https://anywhere.example\r\n")) {
            assertThat(client.head().status()).isEqualTo(101);
        }
    }

    @Test
    void countsAsActivityInBothDirections() throws Exception {
        try (RawClient client = openOwn("/user/alice/ws")) {
            client.head();
            Instant before = Instant.now();

            client.send("x").text(1);

            Instant last = Instant.parse(
                    router.routes().path("/user/alice").path("last_activity").asText());
            assertThat(last).isAfterOrEqualTo(before.truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
        }
    }

    @Test
    void staysOpenWhenItsRouteIsSetAgainAndStillCountsThere() throws Exception {
        try (RawClient client = openOwn("/user/alice/ws")) {
            client.head();
            router.ready("alice", container.url());
            Instant before = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);

            assertThat(client.send("still").text(5)).isEqualTo("still");

            assertThat(Instant.parse(router.routes()
                            .path("/user/alice")
                            .path("last_activity")
                            .asText()))
                    .isAfterOrEqualTo(before);
        }
    }

    @Test
    void isClosedWhenItsLoginIsRevokedAndOthersAreNot() throws Exception {
        try (RawClient revoked = openOwn("/user/alice/ws");
                RawClient other = open(
                        router.baseAuthority(),
                        "/user/alice/ws",
                        "Authorization: token " + router.apiToken("alice", "self") + "\r\n")) {
            revoked.head();
            other.head();

            router.revoke("login", "login-of-alice", Instant.now().plusSeconds(1));

            assertThat(revoked.rest()).isEmpty();
            assertThat(other.send("here").text(4)).isEqualTo("here");
        } finally {
            router.control("PUT", "/api/carrel/revocations", "{\"revocations\":[]}");
        }
    }

    @Test
    void endsWhenTheContainerIsGone() throws Exception {
        try (Backend dying = Backend.of((request, wire) -> {
            serve(request, wire);
        })) {
            router.ready("dying", dying.url());
            try (RawClient client = open(
                    router.authority("dying"),
                    "/ws",
                    "Cookie: " + router.cookie("dying") + "\r\nOrigin: http://" + router.authority("dying") + "\r\n")) {
                client.head();
                dying.die();

                assertThat(client.rest()).isIn("", "bye");
            }
        }
    }

    @Test
    void bytesLargerThanAnyBufferComeBackWhole() throws Exception {
        try (RawClient client = openOwn("/user/alice/ws")) {
            client.head();
            byte[] piece = new byte[1024 * 1024];
            java.util.Arrays.fill(piece, (byte) 7);
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 16; i++) {
                        client.send(piece);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            for (int i = 0; i < 16; i++) {
                assertThat(client.bytes(piece.length)).isEqualTo(piece);
            }
            writer.join();
        }
    }

    @Test
    void aSwitchNobodyAskedForIsNotPassedOn() throws Exception {
        try (Backend odd = Backend.of(
                (request, wire) -> wire.send(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"))) {
            router.ready("odd", odd.url());

            assertThat(router.get(router.authority("odd"), "/x", "Cookie: " + router.cookie("odd") + "\r\n")
                            .status())
                    .isEqualTo(502);
            assertThatThrownBy(() -> HttpClient.newHttpClient()
                            .newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + router.port() + "/user/odd/ws"),
                                    new WebSocket.Listener() {})
                            .get(20, TimeUnit.SECONDS))
                    .isNotNull();
        }
    }
}
