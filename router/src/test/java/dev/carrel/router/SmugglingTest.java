/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that two servers could read as different requests never reach a target that reads bytes literally. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmugglingTest {
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    private RunningRouter router;
    private Backend literal;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start(java.util.Map.of("CARREL_ROUTER_WORKERS", "1"));
        literal = Backend.of((request, wire) -> wire.send(Backend.ok(request.body())));
        router.plainRoute("/t", literal.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        literal.close();
    }

    @BeforeEach
    void forget() {
        literal.forget();
    }

    static Stream<Arguments> twoFaced() {
        return Stream.of(
                        "Content-Length: 4\r\n" + CHUNKED + "\r\n0\r\n\r\n",
                        CHUNKED + "Content-Length: 4\r\n\r\n0\r\n\r\n",
                        "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
                        "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
                        "Content-Length: 4, 4\r\n\r\nabcd",
                        "Content-Length: +4\r\n\r\nabcd",
                        "Content-Length: 0x4\r\n\r\nabcd",
                        "Content-Length: -4\r\n\r\nabcd",
                        "Content-Length : 4\r\n\r\nabcd",
                        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                        "Transfer-Encoding: identity\r\n\r\n",
                        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                        CHUNKED + CHUNKED + "\r\n0\r\n\r\n",
                        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                        "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
                        "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                        "X: a\n" + CHUNKED + "\r\n0\r\n\r\n",
                        "X: a\r" + CHUNKED + "\r\n0\r\n\r\n",
                        "X: a\r\n b\r\n\r\n",
                        "X: a\u0000b\r\n\r\n",
                        "X Y: a\r\n\r\n",
                        ": a\r\n\r\n",
                        "no colon\r\n\r\n",
                        "Host: other\r\n\r\n",
                        CHUNKED + "\r\n4;a=\"b\r\nc\"\r\nabcd\r\n0\r\n\r\n",
                        CHUNKED + "\r\n-4\r\nabcd\r\n0\r\n\r\n",
                        CHUNKED + "\r\n00000000000000000004\r\nabcd\r\n0\r\n\r\n",
                        CHUNKED + "\r\n4\nabcd\r\n0\r\n\r\n",
                        CHUNKED + "\r\n4\r\nabcdX\r\n0\r\n\r\n",
                        CHUNKED + "\r\n0x4\r\nabcd\r\n0\r\n\r\n",
                        CHUNKED + "\r\n0\r\nBad Trailer: x\r\n\r\n")
                .map(rest -> Arguments.of(
                        rest.replace("\r", "\\r")
                                .replace("\n", "\\n")
                                .replace("\u0000", "\\0")
                                .replace("\u000b", "\\v"),
                        rest));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("twoFaced")
    void twoFacedRequestsBringNothingBehindThemToTheTarget(String name, String rest) throws Exception {
        try (RawClient client = router.raw()) {
            client.sendAnyway("POST /t/one HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n" + rest
                    + "GET /t/smuggled HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n");
            assertThat(client.answer().status()).isBetween(400, 599);
            assertThat(client.rest()).isEmpty();
        }

        // The next honest request must get its own answer: nothing was left on the connection to the target.
        try (RawClient next = router.raw()) {
            next.send("POST /t/honest HTTP/1.1\r\nHost: " + router.baseAuthority()
                    + "\r\nContent-Length: 6\r\n\r\nhonest");
            assertThat(next.answer().text()).isEqualTo("honest");
        }
        for (Backend.Seen seen = literal.next(); !seen.target().equals("/t/honest"); seen = literal.next()) {
            assertThat(seen.target()).isEqualTo("/t/one");
        }
        assertThat(literal.unseen()).isZero();
    }

    static Stream<Arguments> oddButPlain() {
        return Stream.of(
                Arguments.of("Content-Length: 4\r\n\r\nabcd", "abcd"),
                Arguments.of("Content-Length: 0\r\n\r\n", ""),
                Arguments.of("Content-Length: 0004\r\n\r\nabcd", "abcd"),
                Arguments.of(CHUNKED + "\r\n4;a=b\r\nabcd\r\n0\r\n\r\n", "abcd"),
                Arguments.of("tRANSFER-eNCODING: CHUNKED\r\n\r\n04\r\nabcd\r\n0\r\n\r\n", "abcd"),
                Arguments.of(CHUNKED + "\r\n0\r\nX-Trailer: a\r\n\r\n", ""),
                Arguments.of(
                        "X:\r\nContent-Length: 34\r\n\r\nGET /t/inner HTTP/1.1\r\nHost: a\r\n\r\n",
                        "GET /t/inner HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("oddButPlain")
    void oneFacedRequestsArriveAsTheyWereMeant(String rest, String body) throws Exception {
        try (RawClient client = router.raw()) {
            client.send("POST /t/one HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n" + rest
                    + "GET /t/two HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n");

            assertThat(client.answer().text()).isEqualTo(body);
            assertThat(client.answer().status()).isEqualTo(200);
        }
        assertThat(literal.next().target()).isEqualTo("/t/one");
        assertThat(literal.next().target()).isEqualTo("/t/two");
        assertThat(literal.unseen()).isZero();
    }
}
