/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.http.transport.RequestTimeLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Who sends a body slowly, or half of it, waits alone: others find room, and who is refused is told at once. */
class SlowBodiesTest {
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
    private static final String HALF_A_FORM =
            "POST /sign-in HTTP/1.1\r\nHost: a\r\n" + FORM + "Content-Length: 20\r\n\r\nname=al";

    private static Routes.Builder routes(Semaphore reading) {
        return Routes.builder()
                .post(
                        "/sign-in",
                        request -> Response.text(
                                200, request.body().form().first("name").orElse("nobody")))
                .post("/upload", request -> {
                    reading.release();
                    return Response.text(200, String.valueOf(request.body().bytes().length));
                })
                .get("/", _ -> Response.text(200, "page"));
    }

    @Test
    void halfSentFormsKeepNobodyFromSigningIn() throws Exception {
        List<RawClient> slow = new ArrayList<>();
        try (TestServer server = TestServer.of(TestServer.settings().withConcurrency(2, 1), routes(new Semaphore(0)))) {
            for (int i = 0; i < 100; i++) {
                slow.add(server.raw());
                slow.getLast().send(HALF_A_FORM);
            }

            for (int i = 0; i < 20; i++) {
                assertThat(server.post("/sign-in", "application/x-www-form-urlencoded", "name=eve")
                                .body())
                        .isEqualTo("eve");
                assertThat(server.get("/").body()).isEqualTo("page");
            }

            assertThat(slow.getLast().send("ice&page=home").answer().text()).isEqualTo("alice");
        } finally {
            for (RawClient client : slow) {
                client.close();
            }
        }
    }

    @Test
    void bodiesOfUnknownLengthKeepOutOnlyTheirLike() throws Exception {
        Semaphore reading = new Semaphore(0);
        String chunked = "POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n";
        try (TestServer server = TestServer.of(TestServer.settings().withConcurrency(4, 1), routes(reading));
                RawClient first = server.raw();
                RawClient second = server.raw();
                RawClient third = server.raw()) {
            first.send(chunked);
            second.send(chunked);
            reading.acquire(2);

            RawClient.Answer refused = third.send(chunked).answer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("2");
            assertThat(server.post("/sign-in", "application/x-www-form-urlencoded", "name=eve")
                            .body())
                    .isEqualTo("eve");

            assertThat(first.send("0\r\n\r\n").answer().text()).isEqualTo("2");
            assertThat(second.send("0\r\n\r\n").answer().text()).isEqualTo("2");
        }
    }

    @Test
    void aRefusedBodyIsNotWaitedFor() throws Exception {
        try (TestServer server = TestServer.of(TestServer.settings().withMaxBody(1000), routes(new Semaphore(0)));
                RawClient unknown = server.raw();
                RawClient wrong = server.raw();
                RawClient large = server.raw()) {
            assertThat(unknown.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nhalf")
                            .answer()
                            .status())
                    .isEqualTo(404);
            assertThat(wrong.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nhalf")
                            .answer()
                            .status())
                    .isEqualTo(405);
            assertThat(large.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\nhalf")
                            .answer()
                            .status())
                    .isEqualTo(413);
        }
    }

    @Test
    void aFormThatComesByteByByteIsGivenUpAfterAWhile() throws Exception {
        RequestTimeLimits times =
                new RequestTimeLimits(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMillis(400));
        try (TestServer server = TestServer.of(TestServer.settings().withTimes(times), routes(new Semaphore(0)));
                RawClient slow = server.raw()) {
            slow.send("POST /sign-in HTTP/1.1\r\nHost: a\r\n" + FORM + "Content-Length: 60000\r\n\r\n");
            Thread dripping = Thread.ofVirtual().start(() -> {
                // Far more often than the stall limit asks for, and never finished within it.
                while (!Thread.currentThread().isInterrupted()) {
                    slow.sendAnyway("x");
                    LockSupport.parkNanos(10_000_000);
                }
            });

            assertThat(slow.answer().status()).isEqualTo(408);
            dripping.interrupt();
            dripping.join();
        }
    }

    @Test
    void aClientThatGoesHalfwayLeavesNothingBehind() throws Exception {
        try (TestServer server = TestServer.of(routes(new Semaphore(0)))) {
            for (int i = 0; i < 50; i++) {
                try (RawClient client = server.raw()) {
                    client.send(HALF_A_FORM);
                }
            }

            server.server().close(Duration.ofSeconds(10));

            // Those that came with the last bytes end on their loops after the close.
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (server.server().requests() > 0 && System.nanoTime() < deadline) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(server.server().requests()).isZero();
        }
    }
}
