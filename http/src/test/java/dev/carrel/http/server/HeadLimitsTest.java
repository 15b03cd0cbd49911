/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.http.transport.StrictHttpLimits;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A head may be so large and no larger; the answer says which part was too large. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeadLimitsTest {
    private TestServer server;

    @BeforeAll
    void start() {
        server = TestServer.of(
                TestServer.settings().withHeadLimits(new StrictHttpLimits(1000, 2000, 20)),
                Routes.builder().get("/{rest...}", _ -> Response.text(200, "ok")));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private int statusOf(String head) throws Exception {
        try (RawClient client = server.raw()) {
            client.sendAnyway(head);
            int status = client.answer().status();
            if (status != 200) {
                assertThat(client.rest()).isEmpty();
            }
            return status;
        }
    }

    @Test
    void servesALongAddressWithinTheLimit() throws Exception {
        assertThat(statusOf("GET /" + "x".repeat(980) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .isEqualTo(200);
    }

    @Test
    void answers414ToALongerAddress() throws Exception {
        assertThat(statusOf("GET /" + "x".repeat(1000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .isEqualTo(414);
    }

    @Test
    void answers414BeforeTheAddressEnds() throws Exception {
        assertThat(statusOf("GET /" + "x".repeat(5000))).isEqualTo(414);
    }

    @Test
    void servesALargeHeaderWithinTheLimit() throws Exception {
        assertThat(statusOf("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(1970) + "\r\n\r\n"))
                .isEqualTo(200);
    }

    @Test
    void answers431ToALargerHeader() throws Exception {
        assertThat(statusOf("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(2000) + "\r\n\r\n"))
                .isEqualTo(431);
    }

    @Test
    void answers431ToManySmallHeadersOverTheLimit() throws Exception {
        assertThat(statusOf("GET / HTTP/1.1\r\nHost: a\r\n" + ("X: " + "x".repeat(200) + "\r\n").repeat(10) + "\r\n"))
                .isEqualTo(431);
    }

    @Test
    void answers431ToTooManyHeaderLines() throws Exception {
        assertThat(statusOf("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(20) + "\r\n"))
                .isEqualTo(431);
    }

    @Test
    void answers431BeforeAnEndlessHeaderEnds() throws Exception {
        assertThat(statusOf("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(100_000)))
                .isEqualTo(431);
    }

    @Test
    void servesAHeadThatArrivesByteByByte() throws Exception {
        try (RawClient client = server.raw()) {
            for (char c : "GET /slow HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n".toCharArray()) {
                client.send(String.valueOf(c));
            }

            assertThat(client.answer().status()).isEqualTo(200);
        }
    }
}
