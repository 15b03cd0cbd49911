/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Connections beyond the bounds are closed at once; those within are served, and room that is given back is used again. */
class ConnectionBoundsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static Routes.Builder routes() {
        return Routes.builder().get("/", _ -> Response.text(200, "x"));
    }

    @Test
    void closesConnectionsBeyondTheBound() throws Exception {
        try (TestServer server = TestServer.of(TestServer.settings().withConnections(2, 2), routes());
                RawClient first = server.raw();
                RawClient second = server.raw()) {
            assertThat(first.send(GET).answer().status()).isEqualTo(200);
            assertThat(second.send(GET).answer().status()).isEqualTo(200);

            try (RawClient third = server.raw()) {
                third.sendAnyway(GET);
                assertThat(third.rest()).isEmpty();
            }
            assertThat(first.send(GET).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void closesConnectionsBeyondTheBoundOfOneRemote() throws Exception {
        try (TestServer server = TestServer.of(TestServer.settings().withConnections(100, 1), routes());
                RawClient first = server.raw()) {
            assertThat(first.send(GET).answer().status()).isEqualTo(200);

            try (RawClient second = server.raw()) {
                second.sendAnyway(GET);
                assertThat(second.rest()).isEmpty();
            }
        }
    }

    @Test
    void usesAgainTheRoomOfAClosedConnection() throws Exception {
        try (TestServer server = TestServer.of(TestServer.settings().withConnections(1, 1), routes())) {
            for (int n = 0; n < 20; n++) {
                try (RawClient client = server.raw()) {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                    assertThat(client.answer().status()).isEqualTo(200);
                    // The server closes first, so it has counted before we see the end.
                    assertThat(client.rest()).isEmpty();
                }
                while (server.server().connections() > 0) {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
