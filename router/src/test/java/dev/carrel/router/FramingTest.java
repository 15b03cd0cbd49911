/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers without bodies, interim answers, trailers and old versions keep the two sides of a kept-alive connection in step. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FramingTest {
    private RunningRouter router;
    private Backend target;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
        target = Backend.of(FramingTest::serve);
        router.plainRoute("/t", target.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        target.close();
    }

    private static void serve(Backend.Seen request, RawClient wire) throws Exception {
        boolean head = request.line().startsWith("HEAD");
        switch (request.target()) {
            case "/t/204" -> wire.send("HTTP/1.1 204 No Content\r\n\r\n");
            case "/t/304" -> wire.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: \"x\"\r\n\r\n");
            case "/t/205" -> wire.send("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n");
            case "/t/length" -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + (head ? "" : "body"));
            case "/t/chunked" ->
                wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + (head ? "" : "4\r\nbody\r\n0\r\n\r\n"));
            case "/t/hints" -> {
                wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                wire.send("HTTP/1.1 102 Processing\r\n\r\n");
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + (head ? "" : "body"));
            }
            case "/t/trailers" -> {
                wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n");
                wire.send("4\r\nbody\r\n0\r\nX-Sum: 7\r\nSet-Cookie: a=b\r\nContent-Length: 3\r\n\r\n");
            }
            case "/t/empty" -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            case "/t/expect" -> {
                if (request.header("Expect").isPresent()) {
                    wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                }
                wire.send(Backend.ok("got " + request.body()));
            }
            case "/t/early" -> {
                wire.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
                wire.rest();
            }
            default -> wire.send(Backend.ok("got " + request.body()));
        }
    }

    private String request(String method, String path) {
        return method + " " + path + " HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/t/204", "/t/304", "/t/205", "/t/empty", "/t/length", "/t/chunked", "/t/hints", "/t/trailers"})
    void everyKindOfAnswerLeavesTheConnectionInStep(String path) throws Exception {
        try (RawClient client = router.raw()) {
            for (int round = 0; round < 2; round++) {
                client.send(request("GET", path));
                RawClient.Answer answer = client.answer();
                while (answer.status() < 200) {
                    answer = client.answer();
                }
                assertThat(answer.text()).isIn("", "body");
                client.send(request("HEAD", path));
                RawClient.Answer head = client.head();
                while (head.status() < 200) {
                    head = client.head();
                }
                assertThat(head.status()).isEqualTo(answer.status());
            }
            assertThat(client.send(request("GET", "/t/length")).answer().text()).isEqualTo("body");
        }
    }

    @Test
    void lengthOfAnAnswerToHeadIsToldWithoutABody() throws Exception {
        try (RawClient client = router.raw()) {
            RawClient.Answer answer = client.send(request("HEAD", "/t/length")).head();

            assertThat(answer.header("Content-Length")).isEqualTo("4");
            assertThat(client.send(request("GET", "/t/length")).answer().text()).isEqualTo("body");
        }
    }

    @Test
    void interimAnswersPass() throws Exception {
        try (RawClient client = router.raw()) {
            client.send(request("GET", "/t/hints"));

            RawClient.Answer hints = client.head();

            assertThat(hints.status()).isEqualTo(103);
            assertThat(hints.lines()).containsExactly("Link: </a>");
            assertThat(client.head().status()).isEqualTo(102);
            assertThat(client.answer().text()).isEqualTo("body");
        }
    }

    @Test
    void trailersPassButThoseThatMeanSomethingElsewhere() throws Exception {
        try (RawClient client = router.raw()) {
            RawClient.Answer answer = client.send(request("GET", "/t/trailers")).answer();

            assertThat(answer.text()).isEqualTo("body");
            assertThat(answer.trailers()).containsExactly("X-Sum: 7");
        }
    }

    @Test
    void aClientThatWaitsToBeAskedForItsBodyIsAskedByTheTarget() throws Exception {
        try (RawClient client = router.raw()) {
            client.send("POST /t/expect HTTP/1.1\r\nHost: " + router.baseAuthority()
                    + "\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");

            assertThat(client.head().status()).isEqualTo(100);

            assertThat(client.send("body").answer().text()).isEqualTo("got body");
            assertThat(client.send(request("GET", "/t/length")).answer().text()).isEqualTo("body");
        }
    }

    @Test
    void chunkedRequestsPassAsChunks() throws Exception {
        try (RawClient client = router.raw()) {
            target.forget();
            client.send("POST /t/echo HTTP/1.1\r\nHost: " + router.baseAuthority()
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: dropped\r\n\r\n");

            assertThat(client.answer().text()).isEqualTo("got abcde");
            assertThat(target.next().header("Transfer-Encoding")).contains("chunked");
            assertThat(client.send(request("GET", "/t/length")).answer().text()).isEqualTo("body");
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (RawClient client = router.raw()) {
            client.send(request("GET", "/t/length")
                    + request("HEAD", "/t/length")
                    + request("GET", "/t/chunked")
                    + request("GET", "/t/204")
                    + request("GET", "/t/length"));

            assertThat(client.answer().text()).isEqualTo("body");
            assertThat(client.head().header("Content-Length")).isEqualTo("4");
            assertThat(client.answer().header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(client.answer().status()).isEqualTo(204);
            assertThat(client.answer().text()).isEqualTo("body");
        }
    }

    @Test
    void anOldClientGetsNoChunksAndTheEndOfTheConnection() throws Exception {
        try (RawClient client = router.raw()) {
            client.send("GET /t/chunked HTTP/1.0\r\nHost: " + router.baseAuthority()
                    + "\r\nConnection: keep-alive\r\n\r\n");

            RawClient.Answer answer = client.answer();

            assertThat(answer.header("Transfer-Encoding")).isEmpty();
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.text()).isEqualTo("body");
        }
    }

    @Test
    void aConnectionTheClientWantsClosedIsClosed() throws Exception {
        try (RawClient client = router.raw()) {
            client.send("GET /t/length HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\nConnection: close\r\n\r\n");

            assertThat(client.answer().header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void anAnswerBeforeTheEndOfTheRequestReachesTheClient() throws Exception {
        try (RawClient client = router.raw()) {
            client.send("POST /t/early HTTP/1.1\r\nHost: " + router.baseAuthority()
                    + "\r\nContent-Length: 1000000\r\n\r\nabc");

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).isEqualTo("big");
            assertThat(answer.header("Connection")).isEqualTo("close");
        }
    }

    @Test
    void answersOfOurOwnKeepTheConnection() throws Exception {
        try (RawClient client = router.raw()) {
            client.send("GET /user/nobody HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(404);
            client.send("HEAD /user/nobody HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n");
            RawClient.Answer head = client.head();

            assertThat(head.status()).isEqualTo(404);
            assertThat(Integer.parseInt(head.header("Content-Length"))).isPositive();
            assertThat(client.send(request("GET", "/t/length")).answer().text()).isEqualTo("body");
        }
    }

    @Test
    void aRefusedUploadIsAnsweredAndItsRestThrownAway() throws Exception {
        try (RawClient client = router.raw()) {
            client.send("POST /user/nobody HTTP/1.1\r\nHost: " + router.baseAuthority()
                    + "\r\nContent-Length: 300000\r\n\r\n");
            client.sendAnyway("x".repeat(300_000));

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.headers("Connection")).isEqualTo(List.of("close"));
        }
    }
}
