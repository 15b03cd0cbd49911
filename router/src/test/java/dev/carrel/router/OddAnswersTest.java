/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Answers are read as strictly as requests: one that could end in two places is not passed on, and a connection on which anything odd was seen serves
 * nobody else. In every case the next client gets the answer to their own request.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OddAnswersTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String EVIL = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
    /** After it the target closes the connection. */
    private static final String CLOSE = "<close>";

    private static final List<String> BAD_FIRST_LINES = List.of(
            "HTTP/2.0 200 OK",
            "HTTP/1.2 200 OK",
            "HTTP/0.9 200 OK",
            "HTTP/1.10 200 OK",
            "HTTP/1.1  200 OK",
            "HTTP/1.1\t200 OK",
            "HTTP/1.1 200\tOK",
            "HTTP/1.1 20 OK",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1 099 OK",
            "HTTP/1.1 600 OK",
            "HTTP/1.1 +20 OK",
            "HTTP/1.1 2e2 OK",
            "HTTP/1.1 OK",
            "HTTP/1.1",
            "http/1.1 200 OK",
            "ICY 200 OK",
            " HTTP/1.1 200 OK",
            "\r\nHTTP/1.1 200 OK",
            "\u0000HTTP/1.1 200 OK",
            "HTTP/1.1 200 O\u0000K",
            "HTTP/1.1 200 O\u001bK",
            "HTTP/1.1 200 OK\rX: a",
            "HTTP/1.1 200 OK\nX: a",
            "HTTP/1.1 200 " + "x".repeat(9000),
            "<html>");

    private static final List<String> BAD_HEADERS = List.of(
            "Content-Length: 4\r\nContent-Length: 4",
            "Content-Length: 4\r\nContent-Length: 5",
            "Content-Length: 4\r\ncontent-length: 4",
            "Content-Length: 4, 4",
            "Content-Length: +4",
            "Content-Length: -4",
            "Content-Length: 0x4",
            "Content-Length: 4 4",
            "Content-Length: 4;",
            "Content-Length: 4.0",
            "Content-Length: 1e1",
            "Content-Length:",
            "Content-Length: 9223372036854775808",
            "Content-Length: 4\u000b",
            "Content-Length : 4",
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 4",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: chunked;q=1",
            "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: ,chunked",
            "Transfer-Encoding:",
            "Transfer-Encoding:\r\n chunked",
            "Transfer-Encoding: chunked\u0000",
            "Transfer-Encoding : chunked",
            "X: a\r\n b",
            "X: a\r\n\tb",
            "X: a\nY: b",
            "X: a\rY: b",
            "X: a\u0000b",
            "X: a\u007fb",
            "X: a\u001bb",
            "X Y: a",
            "X\u00e9: a",
            "X(: a",
            ": a",
            "no colon",
            " X: a");

    private RunningRouter router;
    private Backend target;
    private volatile String wire = "";
    private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start(Map.of("CARREL_ROUTER_WORKERS", "1"));
        target = Backend.of((request, out) -> {
            if (request.target().endsWith("honest")) {
                out.send(Backend.ok("honest"));
                return;
            }
            out.send(wire.replace(CLOSE, ""));
            if (wire.endsWith(CLOSE)) {
                out.close();
            }
            if (request.target().endsWith("alone")) {
                ended.add("ended" + out.rest());
            }
        });
        router.ready("odd", target.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        target.close();
    }

    private RawClient ask(RawClient client, String method, String path) throws Exception {
        return client.send(method + " " + path + " HTTP/1.1\r\nHost: " + router.authority("odd") + "\r\nCookie: "
                + router.cookie("odd") + "\r\n\r\n");
    }

    /** What another client gets now, and how many more connections that took. */
    private int connectionsForTheNext() throws Exception {
        int before = target.connections();
        try (RawClient next = router.raw()) {
            assertThat(ask(next, "GET", "/honest").answer().text()).isEqualTo("honest");
        }
        return target.connections() - before;
    }

    /** One resting connection, so that what a case does to the pool can be told. */
    private void oneResting() throws Exception {
        connectionsForTheNext();
    }

    private static String spelled(String wire) {
        String plain = wire.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t");
        String shown = plain.length() > 90 ? plain.substring(0, 90) + "…" : plain;
        return shown.replaceAll("[\\x00-\\x1f\\x7f]", "?");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                        BAD_FIRST_LINES.stream().map(line -> line + "\r\nContent-Length: 4\r\n\r\nabcd"),
                        BAD_HEADERS.stream().map(lines -> OK + lines + "\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"),
                        Stream.of(
                                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
                                "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n",
                                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                        + "Sec-WebSocket-Accept: x\r\n\r\n",
                                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                                "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(65) + EVIL))
                .flatMap(cases -> cases)
                .map(text -> Arguments.of(spelled(text), text));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void anAnswerThatCouldBeReadInTwoWaysIsNotPassedOn(String name, String text) throws Exception {
        wire = text;
        try (RawClient client = router.raw()) {
            RawClient.Answer answer = ask(client, "GET", "/x").answer();
            while (answer.status() < 200) {
                answer = client.answer();
            }

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("session.odd-answer").doesNotContain("abcd", "evil");
            assertThat(ask(client, "GET", "/honest").answer().text()).isEqualTo("honest");
        }
    }

    @Test
    void aHeadThatIsTooLargeIsSaidToBe() throws Exception {
        for (String head : List.of("X: " + "x".repeat(70_000) + "\r\n", "X: y\r\n".repeat(300))) {
            wire = OK + head + "Content-Length: 4\r\n\r\nabcd";
            oneResting();
            try (RawClient client = router.raw()) {
                RawClient.Answer answer = ask(client, "GET", "/x").answer();

                assertThat(answer.status()).isEqualTo(502);
                assertThat(answer.text()).contains("session.head-too-large");
            }
            assertThat(connectionsForTheNext()).isOne();
        }
    }

    static final List<String> BROKEN_BODIES = List.of(
            CHUNKED + "-4\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "+4\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "0x4\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "00000000000000004\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "ffffffffffffffff\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "80000000\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "4 \r\nabcd\r\n0\r\n\r\n",
            CHUNKED + " 4\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "4\nabcd\r\n0\r\n\r\n",
            CHUNKED + "4\rabcd\r\n0\r\n\r\n",
            CHUNKED + "\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "4\r\nabcdX\r\n0\r\n\r\n",
            CHUNKED + "4\r\nabcd0\r\n\r\n",
            CHUNKED + "4\r\nabcd\n0\r\n\r\n",
            CHUNKED + "4;a=\"b\r\n\"\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "4;a=b\nc\r\nabcd\r\n0\r\n\r\n",
            CHUNKED + "4\r\nabcd\r\n0\r\nBad Trailer: x\r\n\r\n",
            CHUNKED + "4\r\nabcd\r\n0\r\nT: a\r\n b\r\n\r\n",
            CHUNKED + "4\r\nabcd\r\n0\r\nT: a\u0000\r\n\r\n",
            CHUNKED + "4\r\nab" + CLOSE,
            CHUNKED + "4\r\nabcd\r\n" + CLOSE,
            CHUNKED + "4\r\nabcd\r\n0\r\n" + CLOSE,
            OK + "Content-Length: 400\r\n\r\nabcd" + CLOSE);

    @ParameterizedTest(name = "{index}")
    @FieldSource("BROKEN_BODIES")
    void aBodyThatCannotBeReadToItsEndEndsTheConnection(String text) throws Exception {
        wire = text;
        try (RawClient client = router.raw()) {
            String all = ask(client, "GET", "/x").rest();

            // The head may have gone out or not; in no case does what came look like all of it.
            assertThat(all).doesNotEndWith("0\r\n\r\n").hasSizeLessThan(400);
            assertThat(all.isEmpty() || all.startsWith("HTTP/1.1 200 OK\r\n"))
                    .as(all)
                    .isTrue();
        }
        assertThat(connectionsForTheNext()).isOne();
    }

    static Stream<Arguments> notKept() {
        return Stream.of(
                Arguments.of("GET", OK + "Content-Length: 4\r\n\r\nabcdX", "abcd"),
                Arguments.of("GET", OK + "Content-Length: 4\r\n\r\nabcd\r\n", "abcd"),
                Arguments.of("GET", OK + "Content-Length: 4\r\n\r\nabcd" + EVIL, "abcd"),
                Arguments.of("GET", OK + "Content-Length: 4\r\n\r\nabcdHTTP/1.1 200 OK\r\nX: ", "abcd"),
                Arguments.of("GET", CHUNKED + "4\r\nabcd\r\n0\r\n\r\n" + EVIL, "abcd"),
                Arguments.of("GET", CHUNKED + "4\r\nabcd\r\n0\r\n\r\nH", "abcd"),
                Arguments.of("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n", ""),
                Arguments.of("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nabcd", ""),
                Arguments.of("GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""),
                Arguments.of("GET", "HTTP/1.1 204 No Content\r\n\r\n" + EVIL, ""),
                Arguments.of("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nabcd", ""),
                Arguments.of("GET", "HTTP/1.1 304 Not Modified\r\n\r\n" + EVIL, ""),
                Arguments.of("HEAD", OK + "Content-Length: 4\r\n\r\nabcd", ""),
                Arguments.of("HEAD", CHUNKED + "4\r\nabcd\r\n0\r\n\r\n", ""),
                Arguments.of("HEAD", OK + "Content-Length: " + EVIL.length() + "\r\n\r\n" + EVIL, ""),
                Arguments.of("GET", OK + "Connection: close\r\nContent-Length: 4\r\n\r\nabcd", "abcd"),
                Arguments.of("GET", OK + "Connection: x, Close\r\nContent-Length: 4\r\n\r\nabcd", "abcd"),
                Arguments.of("GET", "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nabcd", "abcd"),
                Arguments.of("GET", OK + "\r\nabcd" + CLOSE, "abcd"));
    }

    @ParameterizedTest(name = "{index}: {0}")
    @MethodSource("notKept")
    void aConnectionOnWhichMoreCameThanTheAnswerServesNobodyElse(String method, String text, String body)
            throws Exception {
        oneResting();
        wire = text;
        try (RawClient client = router.raw()) {
            RawClient.Answer answer = method.equals("HEAD")
                    ? ask(client, method, "/x").head()
                    : ask(client, method, "/x").answer();

            assertThat(answer.status()).isLessThan(400);
            assertThat(answer.text()).isEqualTo(body);
            assertThat(ask(client, "GET", "/honest").answer().text()).isEqualTo("honest");
        }
        assertThat(connectionsForTheNext()).isZero();
    }

    static Stream<Arguments> plain() {
        return Stream.of(
                Arguments.of("GET", "HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nabcd", "abcd"),
                Arguments.of("GET", "HTTP/1.1 200 \r\nContent-Length: 4\r\n\r\nabcd", "abcd"),
                Arguments.of("GET", "HTTP/1.1 200 Na \u00fc\tja\r\nContent-Length: 4\r\n\r\nabcd", "abcd"),
                Arguments.of("GET", OK + "content-length:4\r\n\r\nabcd", "abcd"),
                Arguments.of("GET", OK + "Content-Length:  0004 \r\n\r\nabcd", "abcd"),
                Arguments.of("GET", OK + "X:\r\nY: a\tb\r\nZ: \u00fc\r\nContent-Length: 4\r\n\r\nabcd", "abcd"),
                Arguments.of("GET", OK + "transfer-encoding: Chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "abcd"),
                Arguments.of("GET", CHUNKED + "0004;a=b\r\nabcd\r\n0\r\nX-T: 1\r\n\r\n", "abcd"),
                Arguments.of("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", ""),
                Arguments.of("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", ""),
                Arguments.of("HEAD", OK + "Content-Length: 4\r\n\r\n", ""),
                Arguments.of("HEAD", CHUNKED, ""),
                Arguments.of(
                        "GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nabcd", "abcd"),
                Arguments.of("GET", OK + "Content-Length: 4\r\nX: " + "x".repeat(60_000) + "\r\n\r\nabcd", "abcd"));
    }

    @ParameterizedTest(name = "{index}: {0}")
    @MethodSource("plain")
    void whatCommonServersSayIsPassedOnAndTheConnectionKept(String method, String text, String body) throws Exception {
        oneResting();
        wire = text;
        int before = target.connections();
        try (RawClient client = router.raw()) {
            RawClient.Answer answer = method.equals("HEAD")
                    ? ask(client, method, "/x").head()
                    : ask(client, method, "/x").answer();

            assertThat(answer.text()).isEqualTo(body);
            assertThat(ask(client, "GET", "/honest").answer().text()).isEqualTo("honest");
        }
        assertThat(target.connections()).isEqualTo(before);
    }

    @Test
    void bytesOnARestingConnectionEndIt() throws Exception {
        for (String late : List.of(EVIL, "H", "\r\n", "HTTP/1.1 408 Request Timeout\r\n\r\n")) {
            wire = Backend.ok("first") + late;
            try (RawClient client = router.raw()) {
                assertThat(ask(client, "GET", "/alone").answer().text()).isEqualTo("first");

                assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("ended");
                assertThat(ask(client, "GET", "/honest").answer().text()).isEqualTo("honest");
            }
        }
    }

    @Test
    void aTargetThatAnswersBeforeItHasReadTheBodyServesNobodyElseOnThatConnection() throws Exception {
        wire = OK + "Content-Length: 4\r\n\r\nabcd";
        try (RawClient client = router.raw()) {
            client.send("POST /x HTTP/1.1\r\nHost: " + router.authority("odd") + "\r\nCookie: " + router.cookie("odd")
                    + "\r\nContent-Length: 40\r\n\r\n");
            assertThat(client.answer().text()).isEqualTo("abcd");
            // The rest of the body looks like a request, and to a target that did not read the body it is one.
            client.sendAnyway("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n    ");

            assertThat(client.rest()).isEmpty();
        }
        assertThat(connectionsForTheNext()).isOne();
    }
}
