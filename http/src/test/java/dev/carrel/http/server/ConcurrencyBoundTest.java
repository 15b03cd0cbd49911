/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** So many handlers and streams may run and no more; the next request is told at once, with when to come again. */
class ConcurrencyBoundTest {
    private static final String SLOW = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String STREAM = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void answers503WhenAllHandlersAreBusyAndServesAgainAfterwards() throws Exception {
        CountDownLatch entered = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        try (TestServer server = TestServer.of(
                        TestServer.settings().withConcurrency(2, 1),
                        Routes.builder()
                                .get("/slow", _ -> {
                                    entered.countDown();
                                    release.await();
                                    return Response.text(200, "slow");
                                })
                                .get("/quick", _ -> Response.text(200, "quick")));
                RawClient first = server.raw();
                RawClient second = server.raw()) {
            first.send(SLOW);
            second.send(SLOW);
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

            var refused = server.get("/quick");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("2");
            assertThat(refused.headers().firstValue("Content-Security-Policy")).isPresent();
            assertThat(refused.body()).startsWith("server.busy: ");

            release.countDown();
            assertThat(first.answer().text()).isEqualTo("slow");
            assertThat(second.answer().text()).isEqualTo("slow");
            int status = server.get("/quick").statusCode();
            while (status == 503) {
                status = server.get("/quick").statusCode();
            }
            assertThat(status).isEqualTo(200);
        }
    }

    @Test
    void openStreamsDoNotKeepOutShortRequests() throws Exception {
        Semaphore streaming = new Semaphore(0);
        CountDownLatch release = new CountDownLatch(1);
        try (TestServer server = TestServer.of(
                        TestServer.settings().withConcurrency(1, 2),
                        Routes.builder()
                                .get(
                                        "/stream",
                                        _ -> Response.stream(200, "x/x", _ -> {
                                            streaming.release();
                                            release.await();
                                        }))
                                .get("/quick", _ -> Response.text(200, "quick")));
                RawClient first = server.raw();
                RawClient second = server.raw();
                RawClient third = server.raw()) {
            first.send(STREAM);
            assertThat(streaming.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            second.send(STREAM);
            assertThat(streaming.tryAcquire(10, TimeUnit.SECONDS)).isTrue();

            assertThat(server.get("/quick").body()).isEqualTo("quick");
            RawClient.Answer full = third.send(STREAM).answer();
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.header("Retry-After")).isEqualTo("2");

            release.countDown();
            assertThat(first.answer().status()).isEqualTo(200);
            assertThat(second.answer().status()).isEqualTo(200);
        }
    }
}
