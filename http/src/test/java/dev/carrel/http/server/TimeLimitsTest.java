/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.http.transport.RequestTimeLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Every part of an exchange has its time. The tests wait for what the server does; none of them measures. */
class TimeLimitsTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofMinutes(5);

    private static HttpServerSettings times(Duration head, Duration idle, Duration stall) {
        return TestServer.settings().withTimes(new RequestTimeLimits(head, idle, stall));
    }

    @Test
    void answers408ToAConnectionThatSaysNothing() throws Exception {
        try (TestServer server = TestServer.of(times(SHORT, LONG, LONG), Routes.builder());
                RawClient client = server.raw()) {
            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void answers408ToAHeadThatDoesNotEnd() throws Exception {
        try (TestServer server = TestServer.of(times(SHORT, LONG, LONG), Routes.builder());
                RawClient client = server.raw()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void answers408ToASecondHeadThatDoesNotEnd() throws Exception {
        try (TestServer server = TestServer.of(
                        times(SHORT, LONG, LONG), Routes.builder().get("/", _ -> Response.text(200, "x")));
                RawClient client = server.raw()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
            client.send("GET / HT");

            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void closesAnIdleConnectionWithoutAWord() throws Exception {
        try (TestServer server = TestServer.of(
                        times(LONG, SHORT, LONG), Routes.builder().get("/", _ -> Response.text(200, "x")));
                RawClient client = server.raw()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);

            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void answers408ToABodyThatStandsStill() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        try (TestServer server =
                        TestServer.of(times(LONG, LONG, SHORT), Routes.builder().post("/", request -> {
                            try {
                                return Response.bytes(
                                        200, "text/plain", request.body().bytes());
                            } catch (IOException e) {
                                seen.complete(e);
                                throw e;
                            }
                        }));
                RawClient client = server.raw()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\na\r\nabc");

            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(client.rest()).isEmpty();
            assertThat(seen.get(10, TimeUnit.SECONDS)).isInstanceOf(ClientGoneException.class);
        }
    }

    @Test
    void cutsAClientThatDoesNotTakeItsAnswer() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        try (TestServer server = TestServer.of(
                        times(LONG, LONG, SHORT),
                        Routes.builder()
                                .get(
                                        "/",
                                        _ -> Response.stream(200, "text/plain", out -> {
                                            try {
                                                byte[] piece = new byte[64 * 1024];
                                                while (true) {
                                                    out.write(piece);
                                                }
                                            } catch (IOException e) {
                                                seen.complete(e);
                                                throw e;
                                            }
                                        })));
                RawClient client = server.raw()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(seen.get(20, TimeUnit.SECONDS)).isInstanceOf(ClientGoneException.class);
        }
    }

    @Test
    void aHandlerMayThinkForLongerThanAnyOfThem() throws Exception {
        CompletableFuture<Void> idleClosed = new CompletableFuture<>();
        try (TestServer server = TestServer.of(
                        times(SHORT, SHORT, SHORT), Routes.builder().get("/think", _ -> {
                            idleClosed.get(10, TimeUnit.SECONDS);
                            return Response.text(200, "thought");
                        }));
                RawClient thinking = server.raw();
                RawClient silent = server.raw()) {
            thinking.send("GET /think HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(silent.answer().status()).isEqualTo(408);
            silent.rest();
            try (RawClient second = server.raw()) {
                assertThat(second.answer().status()).isEqualTo(408);
            }
            idleClosed.complete(null);

            assertThat(thinking.answer().text()).isEqualTo("thought");
        }
    }
}
