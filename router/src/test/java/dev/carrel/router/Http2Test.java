/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP/2 at the door: the same decisions, the same strictness, the same streaming as on HTTP/1.1, and bounds of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2Test {
    private static final int PROTOCOL_ERROR = 1;
    private static final int NO_ERROR = 0;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final long LARGE = 24L * 1024 * 1024;

    private TestCertificates certificates;
    private RunningRouter router;
    private Backend target;
    private HttpClient http;
    private final AtomicLong written = new AtomicLong();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    @BeforeAll
    void start() throws Exception {
        certificates = new TestCertificates();
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "tls");
        TestCertificates.write(folder, "main", certificates.issue("localhost", "*.localhost"));
        Map<String, String> settings = new HashMap<>(TestCertificates.settings(folder));
        settings.put("CARREL_ROUTER_STALL_TIMEOUT", "2s");
        settings.put("CARREL_ROUTER_IDLE_TIMEOUT", "3s");
        settings.put("CARREL_ROUTER_MAX_HEADER", "8KiB");
        router = RunningRouter.start(settings);
        target = Backend.of(this::serve);
        router.plainRoute("/", target.url());
        http = HttpClient.newBuilder().sslContext(certificates.trusting()).build();
    }

    @AfterAll
    void stop() throws Exception {
        http.close();
        router.close();
        target.close();
    }

    @AfterEach
    void forget() {
        target.forget();
    }

    private void serve(Backend.Seen request, RawClient wire) throws Exception {
        switch (request.target()) {
            case "/large" -> {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                byte[] piece = new byte[64 * 1024];
                for (long sent = 0; sent < LARGE; sent += piece.length) {
                    wire.send(piece);
                    written.addAndGet(piece.length);
                }
            }
            case "/count" -> {
                long read = 0;
                for (String chunk = wire.chunk(); !chunk.isEmpty(); chunk = wire.chunk()) {
                    read += chunk.length();
                }
                wire.send(Backend.ok(Long.toString(read)));
            }
            case "/early" -> wire.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
            case "/continue" -> {
                wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                wire.send(Backend.ok(request.body()));
            }
            case "/trailers" ->
                wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                        + "2\r\nab\r\n0\r\nX-Sum: 7\r\n\r\n");
            case "/half" -> {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                throw new java.io.IOException("breaks off");
            }
            case "/events" -> {
                wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "9\r\ndata: 1\n\n\r\n");
                wire.maybeLine();
                gone.complete(null);
            }
            case "/cookies" -> wire.send(Backend.ok(request.header("Cookie").orElse("none")));
            case "/head" ->
                wire.send(
                        "HTTP/1.1 200 OK\r\nContent-Length: 77\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n");
            default -> wire.send(Backend.ok(request.line() + " " + request.body()));
        }
    }

    private RawHttp2 client() throws Exception {
        return new RawHttp2(certificates, router.port());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + router.port() + path))
                .timeout(Duration.ofSeconds(30));
    }

    @Test
    void aClientThatCanSpeakItDoesAndTheTargetHearsHttp11() throws Exception {
        HttpResponse<String> answer = http.send(
                to("/a?b=c")
                        .header("Cookie", "x=1")
                        .POST(HttpRequest.BodyPublishers.ofString("body"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.body()).isEqualTo("POST /a?b=c HTTP/1.1 body");
        Backend.Seen seen = target.next();
        assertThat(seen.header("Host")).contains("localhost:" + router.port());
        assertThat(seen.header("X-Forwarded-Proto")).contains("https");
        assertThat(seen.header("Content-Length")).contains("4");
        assertThat(seen.header("Cookie")).contains("x=1");
    }

    @Test
    void aClientThatCannotIsServedByHttp11() throws Exception {
        try (RawClient old = new RawClient(certificates.connect(router.port(), "localhost"))) {
            assertThat(old.send("GET /a HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aHundredRequestsAtOnceShareAConnection() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(http.sendAsync(to("/n" + i).build(), BodyHandlers.ofString()));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(all.get(i).get(30, TimeUnit.SECONDS).body()).startsWith("GET /n" + i + " ");
        }
    }

    @Test
    void bodiesOfAnySizeFlowBothWays() throws Exception {
        byte[] piece = new byte[64 * 1024];
        HttpResponse<String> counted = http.send(
                to("/count")
                        .POST(HttpRequest.BodyPublishers.ofByteArrays(
                                java.util.Collections.nCopies((int) (LARGE / piece.length), piece)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(counted.body()).isEqualTo(Long.toString(LARGE));

        HttpResponse<InputStream> large = http.send(to("/large").build(), BodyHandlers.ofInputStream());
        try (InputStream body = large.body()) {
            assertThat(body.transferTo(java.io.OutputStream.nullOutputStream())).isEqualTo(LARGE);
        }
    }

    @Test
    void aStreamThatIsNotReadHoldsBackItsTargetAndNobodyElse() throws Exception {
        written.set(0);
        try (RawHttp2 client = client()) {
            client.request(1, true, "GET", router.baseAuthority(), "/large");
            client.next(1, RawHttp2.HEADERS);
            // The window of 64 KiB is used up; another stream of the same connection is served all the same.
            byte[] more = Unpooled.buffer(4).writeInt(1 << 20).array();
            client.send(RawHttp2.WINDOW, 0, 0, more);
            client.request(3, true, "GET", router.baseAuthority(), "/small");

            assertThat(client.answer(3).text()).startsWith("GET /small");
            assertThat(written.get()).isLessThan(LARGE / 2);
            // Who takes nothing for too long is not waited for.
            RawHttp2.Frame frame = client.next(1);
            while (frame.type() == RawHttp2.DATA) {
                frame = client.next(1);
            }
            assertThat(frame.type()).isEqualTo(RawHttp2.RESET);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connection: keep-alive            | 400",
                "keep-alive: timeout=5             | 400",
                "transfer-encoding: chunked        | 400",
                "upgrade: websocket                | 400",
                "proxy-connection: keep-alive      | 400",
                "te: gzip                          | 400",
                "te: trailers                      | 200",
                "host: elsewhere.example           | 400",
                "content-length: 5                 | 400",
                "content-length: 0                 | 200",
                "bad name: x                       | 400",
                "x(y: x                            | 400",
                "x-long: 9000 x                     | 431",
                "sec-websocket-key1: x             | 400",
            })
    void whatAnotherServerMightReadDifferentlyIsRefused(String line, int status) throws Exception {
        try (RawHttp2 client = client()) {
            String sent = line.endsWith("9000 x") ? "x-long: " + "x".repeat(9_000) : line;
            client.request(1, true, "GET", router.baseAuthority(), "/a", sent);

            RawHttp2.Frame first = client.next(1);
            if (first.type() == RawHttp2.HEADERS) {
                assertThat(client.decode(first).status()).hasToString(Integer.toString(status));
            } else {
                // Netty's own rules come before ours: malformed is an error of the stream.
                assertThat(status).isEqualTo(400);
                assertThat(first.type()).isEqualTo(RawHttp2.RESET);
                assertThat(first.error()).isEqualTo(PROTOCOL_ERROR);
            }
            assertThat(target.unseen()).isEqualTo(status == 200 ? 1 : 0);
            // The connection goes on.
            client.request(3, true, "GET", router.baseAuthority(), "/after");
            assertThat(client.answer(3).text()).startsWith("GET /after");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ":method: GET; :scheme: http; :authority: A; :path: /a",
                ":method: GET; :scheme: https; :authority: A; :path: a",
                ":method: GET; :scheme: https; :authority: A; :path: /a b",
                ":method: GET; :scheme: https; :authority: A; :path: /a#b",
                ":method: GET; :scheme: https; :authority: A; :path: https://elsewhere.example/",
                ":method: GET; :scheme: https; :authority: user@A; :path: /a",
                ":method: GET; :scheme: https; :authority: A/; :path: /a",
                ":method: GE T; :scheme: https; :authority: A; :path: /a",
                ":method: TRACE; :scheme: https; :authority: A; :path: /a",
                ":method: CONNECT; :authority: A",
                ":method: CONNECT; :protocol: connect-udp; :scheme: https; :authority: A; :path: /a",
                ":method: GET; :protocol: websocket; :scheme: https; :authority: A; :path: /a",
                ":method: GET; :scheme: https; :path: /a",
                ":method: GET; :scheme: https; :authority: A",
                ":scheme: https; :authority: A; :path: /a",
                ":method: GET; :method: POST; :scheme: https; :authority: A; :path: /a",
                ":method: GET; :scheme: https; :authority: A; :path: /a; :unknown: x",
                ":method: GET; :scheme: https; x: y; :authority: A; :path: /a",
                ":method: GET; :scheme: https; :authority: A; :path: /a; X-Upper: x",
                ":method: GET; :scheme: https; :authority: A; :path: /a; x: a\\r\\ny: b",
                ":method: GET; :scheme: https; :authority: A; :path: /a; x: a\\0",
                ":method: GET; :scheme: https; :authority: A; :path: /a; host: A; host: A",
            })
    void aHeaderListThatIsNoRequestReachesNobody(String list) throws Exception {
        String[] lines = list.replace("A", router.baseAuthority())
                .replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\0", "\0")
                .split("; ");
        try (RawHttp2 client = client()) {
            client.headers(1, true, lines);

            RawHttp2.Frame first = client.next(1);
            if (first.type() == RawHttp2.HEADERS) {
                assertThat(client.decode(first).status().toString()).startsWith("4");
            } else {
                assertThat(first.type()).isIn(RawHttp2.RESET, RawHttp2.GOAWAY);
                assertThat(first.error()).isEqualTo(PROTOCOL_ERROR);
            }
            assertThat(target.unseen()).isZero();
        }
    }

    @Test
    void aBodyThatIsNotAsLongAsItSaysReachesNobodyWhole() throws Exception {
        try (RawHttp2 client = client()) {
            client.request(1, false, "POST", router.baseAuthority(), "/a", "content-length: 5");
            client.data(1, true, "abcdefgh");

            RawHttp2.Frame first = client.next(1);
            assertThat(first.type()).isEqualTo(RawHttp2.RESET);
            assertThat(first.error()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void cookiesInPiecesAreOneCookieHeader() throws Exception {
        try (RawHttp2 client = client()) {
            client.request(1, true, "GET", router.baseAuthority(), "/cookies", "cookie: a=1", "cookie: b=2");

            assertThat(client.answer(1).text()).isEqualTo("a=1; b=2");
        }
    }

    @Test
    void anAnswerBeforeTheEndOfTheRequestIsDeliveredAndTheRestNotWanted() throws Exception {
        try (RawHttp2 client = client()) {
            client.request(1, false, "POST", router.baseAuthority(), "/early");
            client.data(1, false, "a");

            assertThat(client.answer(1).status()).isEqualTo(413);
            assertThat(client.next(1, RawHttp2.RESET).error()).isEqualTo(NO_ERROR);
        }
    }

    @Test
    void interimAnswersTrailersAndHeadsPass() throws Exception {
        try (RawHttp2 client = client()) {
            client.request(1, false, "POST", router.baseAuthority(), "/continue", "expect: 100-continue");
            assertThat(client.decode(client.next(1, RawHttp2.HEADERS)).status()).hasToString("100");
            client.data(1, true, "more");
            assertThat(client.answer(1).text()).isEqualTo("more");

            client.request(3, true, "GET", router.baseAuthority(), "/trailers");
            RawHttp2.Answer trailing = client.answer(3);
            assertThat(trailing.text()).isEqualTo("ab");
            assertThat(trailing.trailers().get("x-sum")).hasToString("7");

            client.request(5, true, "HEAD", router.baseAuthority(), "/head");
            RawHttp2.Answer head = client.answer(5);
            assertThat(head.headers().get("content-length")).hasToString("77");
            assertThat(head.headers().get("connection")).isNull();
            assertThat(head.headers().get("keep-alive")).isNull();
        }
    }

    @Test
    void eventsArriveAtOnceAndTheTargetHearsWhenTheReaderGoes() throws Exception {
        try (RawHttp2 client = client()) {
            client.request(1, true, "GET", router.baseAuthority(), "/events");
            client.next(1, RawHttp2.HEADERS);
            assertThat(client.next(1, RawHttp2.DATA).text()).isEqualTo("data: 1\n\n");

            client.cancel(1);
            gone.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void anAnswerThatBreaksOffIsNotTakenForAWholeOne() throws Exception {
        try (RawHttp2 client = client()) {
            client.request(1, true, "GET", router.baseAuthority(), "/half");
            client.next(1, RawHttp2.HEADERS);
            RawHttp2.Frame frame = client.next(1);
            while (frame.type() == RawHttp2.DATA && !frame.end()) {
                frame = client.next(1);
            }
            assertThat(frame.type()).isEqualTo(RawHttp2.RESET);
        }
    }

    @Test
    void aBodyThatStopsComingIsAnswered408() throws Exception {
        try (RawHttp2 client = client()) {
            client.request(1, false, "POST", router.baseAuthority(), "/a", "content-length: 5");
            client.data(1, false, "ab");

            assertThat(client.answer(1).status()).isEqualTo(408);
        }
    }

    @Test
    void aConnectionWithoutStreamsIsEndedInTime() throws Exception {
        try (RawHttp2 client = client()) {
            assertThat(client.goAway().error()).isEqualTo(NO_ERROR);
            assertThat(client.closed()).isTrue();
        }
    }

    @Test
    void moreStreamsThanAllowedAreRefused() throws Exception {
        try (RawHttp2 client = client()) {
            for (int stream = 1; stream <= 257; stream += 2) {
                client.request(stream, true, "GET", router.baseAuthority(), "/events");
            }
            assertThat(client.next(257, RawHttp2.RESET).error()).isEqualTo(7);
        }
    }

    @Test
    void whoBreaksOffRequestsWithoutEndIsSentAway() throws Exception {
        try (RawHttp2 client = client()) {
            byte[] request = RawHttp2.list(
                    ":method: GET", ":scheme: https", ":authority: " + router.baseAuthority(), ":path: /a");
            try {
                for (int stream = 1; stream < 1201; stream += 2) {
                    client.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, stream, request);
                    client.cancel(stream);
                }
            } catch (java.io.IOException _) {
                // Closed before we were through.
            }
            assertThat(client.goAway().error()).isEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    @Test
    void whoSendsFramesThatAskForNothingIsSentAway() throws Exception {
        try (RawHttp2 client = client()) {
            try {
                for (int i = 0; i < 600; i++) {
                    client.send(RawHttp2.PING, 0, 0, new byte[8]);
                }
            } catch (java.io.IOException _) {
                // Closed before we were through.
            }
            assertThat(client.goAway().error()).isEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    @Test
    void whoNeverEndsAHeaderListIsSentAway() throws Exception {
        try (RawHttp2 client = client()) {
            client.send(RawHttp2.HEADERS, 0, 1, RawHttp2.list(":method: GET"));
            try {
                for (int i = 0; i < 40; i++) {
                    client.send(RawHttp2.CONTINUATION, 0, 1, RawHttp2.list("a: b"));
                }
            } catch (java.io.IOException _) {
                // Closed before we were through.
            }
            assertThat(client.goAway().error()).isEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    @Test
    void aRouterWhosePlaceIsTakenSaysSoAndKeepsWhatIsOpen() throws Exception {
        Path folder = Files.createTempDirectory(Path.of("target/routers"), "tls");
        TestCertificates.write(folder, "main", certificates.issue("localhost"));
        try (RunningRouter leaving = RunningRouter.start(TestCertificates.settings(folder))) {
            leaving.plainRoute("/", target.url());
            try (RawHttp2 client = new RawHttp2(certificates, leaving.port())) {
                client.request(1, true, "GET", leaving.baseAuthority(), "/events");
                client.next(1, RawHttp2.HEADERS);
                client.next(1, RawHttp2.DATA);
                Thread handing = Thread.ofVirtual().start(() -> {
                    try {
                        leaving.part(dev.carrel.router.proxy.PublicDoor.class).handOver(Duration.ofSeconds(20));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });

                assertThat(client.goAway().error()).isEqualTo(NO_ERROR);
                assertThat(handing.isAlive()).isTrue();
                client.cancel(1);
                assertThat(client.closed()).isTrue();
                handing.join();
            }
        }
    }

    @Test
    void aRouterThatStopsSaysSoAndFinishesWhatIsUnderWay() throws Exception {
        Path folder = Files.createTempDirectory(Path.of("target/routers"), "tls");
        TestCertificates.write(folder, "main", certificates.issue("localhost"));
        CountDownLatch go = new CountDownLatch(1);
        try (Backend slow = Backend.of((_, wire) -> {
                    go.await();
                    wire.send(Backend.ok("done"));
                });
                RunningRouter stopping = RunningRouter.start(TestCertificates.settings(folder))) {
            stopping.plainRoute("/", slow.url());
            try (RawHttp2 client = new RawHttp2(certificates, stopping.port())) {
                client.request(1, true, "GET", stopping.baseAuthority(), "/a");
                slow.next();
                Thread stop = Thread.ofVirtual().start(stopping::stop);

                assertThat(client.goAway().error()).isEqualTo(NO_ERROR);
                go.countDown();
                assertThat(client.answer(1).text()).isEqualTo("done");
                assertThat(client.closed()).isTrue();
                stop.join();
            }
        }
    }
}
