/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests two servers could read differently are refused: one answer, the connection closed, nothing behind them read. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmugglingTest {
    private static final String H = "Host: a\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
    private static final String BEHIND = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    private final Queue<String> served = new ConcurrentLinkedQueue<>();
    private TestServer server;

    @BeforeAll
    void start() {
        Handler seen = request -> {
            served.add(request.rawPath());
            return Response.text(
                    200, "body=" + new String(request.body().bytes(), java.nio.charset.StandardCharsets.ISO_8859_1));
        };
        server = TestServer.of(Routes.builder()
                .get("/{rest...}", seen)
                .post("/{rest...}", seen)
                .route("OPTIONS", "/{rest...}", RouteOptions.DEFAULT, seen));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        served.clear();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedAtTheHead")
    void isRefusedBeforeAnybodySeesIt(String name, int status, String payload) throws Exception {
        try (RawClient client = server.raw()) {
            client.sendAnyway(payload + BEHIND);

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.header("Content-Security-Policy")).isNotEmpty();
            assertThat(client.rest()).isEmpty();
            assertThat(served).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedInTheBody")
    void isRefusedInItsBodyAndNothingBehindItIsRead(String name, String body) throws Exception {
        try (RawClient client = server.raw()) {
            client.sendAnyway(post(CHUNKED) + body + BEHIND);

            assertThat(client.answer().status()).isIn(400, 431);
            assertThat(client.rest()).isEmpty();
            assertThat(served).doesNotContain("/smuggled");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wellFormed")
    void isServedAndSoIsWhatFollows(String name, String payload, String body) throws Exception {
        try (RawClient client = server.raw()) {
            client.send(payload + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");

            RawClient.Answer first = client.answer();

            assertThat(first.status()).isEqualTo(200);
            assertThat(first.text()).isEqualTo("body=" + body);
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(served).hasSize(2).contains("/next");
        }
    }

    private static String get(String headers) {
        return "GET /x HTTP/1.1\r\n" + headers + "\r\n";
    }

    private static String post(String headers) {
        return "POST /x HTTP/1.1\r\n" + H + headers + "\r\n";
    }

    private static Arguments bad(String name, String payload) {
        return Arguments.of(name, 400, payload);
    }

    private static Arguments bad(String name, int status, String payload) {
        return Arguments.of(name, status, payload);
    }

    static Stream<Arguments> refusedAtTheHead() {
        return Stream.of(lengths(), encodings(), lines(), names(), requestLines(), hosts(), methods())
                .flatMap(List::stream);
    }

    private static List<Arguments> lengths() {
        return List.of(
                bad("length and chunked", post("Content-Length: 4\r\n" + CHUNKED) + "0\r\n\r\n"),
                bad("chunked and length", post(CHUNKED + "Content-Length: 4\r\n") + "0\r\n\r\n"),
                bad("length 0 and chunked", post("Content-Length: 0\r\n" + CHUNKED) + "0\r\n\r\n"),
                bad("two different lengths", post("Content-Length: 4\r\nContent-Length: 5\r\n") + "abcde"),
                bad("two equal lengths", post("Content-Length: 4\r\nContent-Length: 4\r\n") + "abcd"),
                bad("two lengths with a comma", post("Content-Length: 4, 4\r\n") + "abcd"),
                bad("two different lengths with a comma", post("Content-Length: 4,5\r\n") + "abcd"),
                bad("length with plus", post("Content-Length: +4\r\n") + "abcd"),
                bad("length with minus", post("Content-Length: -4\r\n") + "abcd"),
                bad("length minus nought", post("Content-Length: -0\r\n")),
                bad("hexadecimal length", post("Content-Length: 0x4\r\n") + "abcd"),
                bad("length with exponent", post("Content-Length: 1e1\r\n") + "abcdefghij"),
                bad("length with fraction", post("Content-Length: 4.0\r\n") + "abcd"),
                bad("length with a blank inside", post("Content-Length: 4 4\r\n") + "abcd"),
                bad("length in quotes", post("Content-Length: \"4\"\r\n") + "abcd"),
                bad("empty length", post("Content-Length: \r\n")),
                bad("length beyond 64 bits", post("Content-Length: 18446744073709551620\r\n") + "abcd"),
                bad("length of a word", post("Content-Length: four\r\n") + "abcd"),
                bad("length in other digits", post("Content-Length: \u00b2\r\n") + "ab"),
                bad("length with underscore", post("Content-Length: 1_0\r\n") + "abcdefghij"));
    }

    private static List<Arguments> encodings() {
        return List.of(
                bad("identity", post("Transfer-Encoding: identity\r\n")),
                bad("gzip", post("Transfer-Encoding: gzip\r\n")),
                bad("gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n"),
                bad("chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n") + "0\r\n\r\n"),
                bad("chunked, identity", post("Transfer-Encoding: chunked, identity\r\n") + "0\r\n\r\n"),
                bad("chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n") + "0\r\n\r\n"),
                bad("chunked twice", post(CHUNKED + CHUNKED) + "0\r\n\r\n"),
                bad("identity then chunked", post("Transfer-Encoding: identity\r\n" + CHUNKED) + "0\r\n\r\n"),
                bad("chunked then identity", post(CHUNKED + "Transfer-Encoding: identity\r\n") + "0\r\n\r\n"),
                bad("xchunked", post("Transfer-Encoding: xchunked\r\n") + "0\r\n\r\n"),
                bad("chunked with parameter", post("Transfer-Encoding: chunked;q=1\r\n") + "0\r\n\r\n"),
                bad("chunked in quotes", post("Transfer-Encoding: \"chunked\"\r\n") + "0\r\n\r\n"),
                bad("empty encoding", post("Transfer-Encoding: \r\n") + "0\r\n\r\n"),
                bad("leading comma", post("Transfer-Encoding: , chunked\r\n") + "0\r\n\r\n"),
                bad("trailing comma", post("Transfer-Encoding: chunked,\r\n") + "0\r\n\r\n"),
                bad("vertical tab before chunked", post("Transfer-Encoding: \u000bchunked\r\n") + "0\r\n\r\n"),
                bad("hard blank before chunked", post("Transfer-Encoding: \u00a0chunked\r\n") + "0\r\n\r\n"),
                bad("blank before the colon", post("Transfer-Encoding : chunked\r\n") + "0\r\n\r\n"),
                bad("tab before the colon", post("Transfer-Encoding\t: chunked\r\n") + "0\r\n\r\n"),
                bad("HTTP/1.0 chunked", "POST /x HTTP/1.0\r\n" + H + CHUNKED + "\r\n0\r\n\r\n"),
                bad(
                        "HTTP/1.0 chunked and length",
                        "POST /x HTTP/1.0\r\n" + H + CHUNKED + "Content-Length: 5\r\n\r\n0\r\n\r\n"),
                bad("encoding on a GET with length", get(H + CHUNKED + "Content-Length: 3\r\n") + "0\r\n\r\n"),
                bad(
                        "dead WebSocket draft",
                        get(H + "Upgrade: WebSocket\r\nSec-WebSocket-Key1: 1 2\r\nSec-WebSocket-Key2: 3 4\r\n")));
    }

    private static List<Arguments> lines() {
        return List.of(
                bad("folded header", get(H + "X: a\r\n b\r\n")),
                bad("folded with a tab", get(H + "X: a\r\n\tb\r\n")),
                bad("folded encoding", post("Transfer-Encoding:\r\n chunked\r\n") + "0\r\n\r\n"),
                bad("folded first header", get(" " + H)),
                bad("lone LF after a header", get(H + "X: a\nY: b\r\n")),
                bad("lone LF after the request line", "GET /x HTTP/1.1\n" + H + "\r\n"),
                bad("lone LF for the empty line", "GET /x HTTP/1.1\r\n" + H + "\n"),
                bad("lone CR in a value", get(H + "X: a\rContent-Length: 5\r\n")),
                bad("CR CR LF", get(H + "X: a\r\r\n")),
                bad("lone CR after the request line", "GET /x HTTP/1.1\r" + H + "\r\n"),
                bad("NUL in a value", get(H + "X: a\u0000b\r\n")),
                bad("control byte in a value", get(H + "X: a\u0001b\r\n")),
                bad("form feed in a value", get(H + "X: a\fb\r\n")),
                bad("DEL in a value", get(H + "X: a\u007fb\r\n")),
                bad("leading CR LF", "\r\n" + get(H)),
                bad("leading LF", "\n" + get(H)),
                bad("leading blank", " " + get(H)),
                bad("leading NUL", "\u0000" + get(H)),
                bad("leading control bytes", "\u0001\u0002\u0003" + get(H)),
                bad("TLS instead of HTTP", "\u0016\u0003\u0001\u0002\u0000\u0001"));
    }

    private static List<Arguments> names() {
        return List.of(
                bad("header without colon", get(H + "Content-Length 5\r\n")),
                bad("header without name", get(H + ": 5\r\n")),
                bad("blank in a name", get(H + "Content Length: 5\r\n")),
                bad("NUL in a name", get(H + "Content-\u0000Length: 5\r\n")),
                bad("CR in a name", get(H + "Content-Length\r: 5\r\n")),
                bad("LF in a name", get(H + "Content-\nLength: 5\r\n")),
                bad("quotes in a name", get(H + "\"X\": 5\r\n")),
                bad("parenthesis in a name", get(H + "X(: 5\r\n")),
                bad("Latin-1 in a name", get(H + "X\u00e9: 5\r\n")),
                bad("slash in a name", get(H + "X/Y: 5\r\n")));
    }

    private static List<Arguments> requestLines() {
        return List.of(
                bad("two blanks after the method", "GET  /x HTTP/1.1\r\n" + H + "\r\n"),
                bad("two blanks before the version", "GET /x  HTTP/1.1\r\n" + H + "\r\n"),
                bad("tab after the method", "GET\t/x HTTP/1.1\r\n" + H + "\r\n"),
                bad("blank after the version", "GET /x HTTP/1.1 \r\n" + H + "\r\n"),
                bad("blank in the target", "GET /x y HTTP/1.1\r\n" + H + "\r\n"),
                bad("no version", "GET /x\r\n" + H + "\r\n"),
                bad("small letters in the version", "GET /x http/1.1\r\n" + H + "\r\n"),
                bad("version with more digits", "GET /x HTTP/1.10\r\n" + H + "\r\n"),
                bad("version of another protocol", "GET /x ICAP/1.0\r\n" + H + "\r\n"),
                bad("HTTP/1.2", 505, "GET /x HTTP/1.2\r\n" + H + "\r\n"),
                bad("HTTP/0.9 in name", 505, "GET /x HTTP/0.9\r\n" + H + "\r\n"),
                bad("HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                bad("NUL in the target", "GET /x\u0000y HTTP/1.1\r\n" + H + "\r\n"),
                bad("Latin-1 in the target", "GET /\u00e9 HTTP/1.1\r\n" + H + "\r\n"),
                bad("fragment in the target", "GET /x#y HTTP/1.1\r\n" + H + "\r\n"),
                bad("target without slash", "GET x HTTP/1.1\r\n" + H + "\r\n"),
                bad("target is a star", "GET * HTTP/1.1\r\n" + H + "\r\n"),
                bad("target is an authority", "GET a:80 HTTP/1.1\r\n" + H + "\r\n"),
                bad("method with a slash", "GE/T /x HTTP/1.1\r\n" + H + "\r\n"),
                bad("method too long", "A".repeat(60) + " /x HTTP/1.1\r\n" + H + "\r\n"));
    }

    private static List<Arguments> hosts() {
        return List.of(
                bad("no host", get("")),
                bad("no host in HTTP/1.0", "GET /x HTTP/1.0\r\n\r\n"),
                bad("two hosts", get(H + "Host: b\r\n")),
                bad("two equal hosts", get(H + H)),
                bad("empty host", get("Host: \r\n")),
                bad("host with a path", get("Host: a/b\r\n")),
                bad("host with a user", get("Host: u@a\r\n")),
                bad("host with a comma", get("Host: a,b\r\n")),
                bad("host with a blank", get("Host: a b\r\n")),
                bad("host with a bad port", get("Host: a:x\r\n")),
                bad("absolute target of another host", "GET http://b/x HTTP/1.1\r\n" + H + "\r\n"),
                bad("absolute target with a user", "GET http://u@a/x HTTP/1.1\r\n" + H + "\r\n"),
                bad("absolute target of another scheme", "GET ftp://a/x HTTP/1.1\r\n" + H + "\r\n"),
                bad("absolute target of another port", "GET http://a:81/x HTTP/1.1\r\n" + H + "\r\n"));
    }

    private static List<Arguments> methods() {
        return List.of(
                bad("TRACE", 405, "TRACE /x HTTP/1.1\r\n" + H + "\r\n"),
                bad("CONNECT", 405, "CONNECT a:443 HTTP/1.1\r\n" + H + "\r\n"));
    }

    static Stream<Arguments> refusedInTheBody() {
        return Stream.of(
                Arguments.of("size with 0x", "0x3\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size with plus", "+3\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size with minus", "-3\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size with a leading blank", " 3\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size with a blank behind", "3 \r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size with an underscore", "1_0\r\nabcdefghijklmnop\r\n0\r\n\r\n"),
                Arguments.of("empty size", "\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size of letters", "xyz\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size of 17 digits", "00000000000000003\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size beyond 31 bits", "80000000\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size beyond 64 bits", "ffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("size that wraps to three", "100000003\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("lone LF after the size", "3\nabc\r\n0\r\n\r\n"),
                Arguments.of("lone LF after the data", "3\r\nabc\n0\r\n\r\n"),
                Arguments.of("no line end after the data", "3\r\nabc0\r\n\r\n"),
                Arguments.of("more data than the size", "3\r\nabcd\r\n0\r\n\r\n"),
                Arguments.of("two bytes that are no line end", "3\r\nabcXX0\r\n\r\n"),
                Arguments.of("extension in quotes", "3;a=\"b\"\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("quoted line end in an extension", "3;a=\"\r\nabc\r\n0\r\n\r\n\"\r\n"),
                Arguments.of("lone LF in an extension", "3;a\nb\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("CR in an extension", "3;a\rb\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("long extension", "3;" + "a".repeat(300) + "\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("folded trailer", "0\r\nX: a\r\n b\r\n\r\n"),
                Arguments.of("trailer with a blank before the colon", "0\r\nX : a\r\n\r\n"),
                Arguments.of("trailer with a lone LF", "0\r\nX: a\n\r\n"),
                Arguments.of("large trailers", "0\r\nX: " + "a".repeat(20_000) + "\r\n\r\n"));
    }

    static Stream<Arguments> wellFormed() {
        return Stream.of(
                Arguments.of("no body", get(H), ""),
                Arguments.of("length nought", post("Content-Length: 0\r\n"), ""),
                Arguments.of("length", post("Content-Length: 4\r\n") + "abcd", "abcd"),
                Arguments.of(
                        "a body that looks like a request",
                        post("Content-Length: " + BEHIND.length() + "\r\n") + BEHIND,
                        BEHIND),
                Arguments.of("chunked", post(CHUNKED) + "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", "abcd"),
                Arguments.of(
                        "Chunked in capitals", post("transfer-encoding: CHUNKED\r\n") + "3\r\nabc\r\n0\r\n\r\n", "abc"),
                Arguments.of(
                        "chunk sizes in hexadecimal", post(CHUNKED) + "0A\r\nabcdefghij\r\n00\r\n\r\n", "abcdefghij"),
                Arguments.of("plain chunk extension", post(CHUNKED) + "3;a=b\r\nabc\r\n0;c\r\n\r\n", "abc"),
                Arguments.of("trailers", post(CHUNKED) + "3\r\nabc\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n", "abc"),
                Arguments.of("absolute target of our host", "GET http://a/x HTTP/1.1\r\n" + H + "\r\n", ""),
                Arguments.of("absolute target without path", "GET HTTP://A HTTP/1.1\r\n" + H + "\r\n", ""),
                Arguments.of("tab and Latin-1 in a value", get(H + "X:\ta\tb \u00e9\r\n"), ""),
                Arguments.of("no blank after the colon", "GET /x HTTP/1.1\r\nHost:a\r\n\r\n", ""),
                Arguments.of("empty value", get(H + "X:\r\n"), ""),
                Arguments.of("host with port and IPv6", get("Host: [::1]:8000\r\n"), ""));
    }
}
