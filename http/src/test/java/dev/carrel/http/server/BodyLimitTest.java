/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A body may be as large as its route allows; a larger one is answered 413 and the connection closed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BodyLimitTest {
    private final AtomicInteger handled = new AtomicInteger();
    private TestServer server;

    @BeforeAll
    void start() {
        Handler echo = request -> {
            handled.incrementAndGet();
            return Response.bytes(200, "text/plain", request.body().bytes());
        };
        server = TestServer.of(
                TestServer.settings().withMaxBody(1000),
                Routes.builder()
                        .post("/default", echo)
                        .post("/large", RouteOptions.DEFAULT.withMaxBody(100_000), echo)
                        .post("/none", RouteOptions.DEFAULT.withMaxBody(0), echo)
                        .post(
                                "/narrow",
                                request -> Response.bytes(
                                        200, "text/plain", request.body().bytes(10))));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String post(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @Test
    void takesABodyOfExactlyTheLimit() throws Exception {
        assertThat(server.post("/default", "text/plain", "x".repeat(1000)).body())
                .hasSize(1000);
    }

    @Test
    void refusesALargerBodyByItsAnnouncedLengthAndDoesNotCallTheHandler() throws Exception {
        int before = handled.get();
        try (RawClient client = server.raw()) {
            client.send(post("/default", 1001));

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
            assertThat(handled).hasValue(before);
        }
    }

    @Test
    void refusesALargerBodyWhileItStreams() throws Exception {
        try (RawClient client = server.raw()) {
            client.send("POST /default HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.sendAnyway(("1f4\r\n" + "x".repeat(500) + "\r\n").repeat(3));

            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void aRouteMayAllowMore() throws Exception {
        assertThat(server.post("/large", "text/plain", "x".repeat(100_000)).body())
                .hasSize(100_000);
        assertThat(server.post("/large", "text/plain", "x".repeat(100_001)).statusCode())
                .isEqualTo(413);
    }

    @Test
    void aRouteMayAllowNone() throws Exception {
        assertThat(server.post("/none", "text/plain", "").statusCode()).isEqualTo(200);
        assertThat(server.post("/none", "text/plain", "x").statusCode()).isEqualTo(413);
    }

    @Test
    void aHandlerMayReadLessThanItsRouteAllows() throws Exception {
        assertThat(server.post("/narrow", "text/plain", "0123456789").body()).isEqualTo("0123456789");
        assertThat(server.post("/narrow", "text/plain", "0123456789x").statusCode())
                .isEqualTo(413);
    }
}
