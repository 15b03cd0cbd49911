/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.leak.LeakWatch;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One connection serves many requests, one after the other and in their order. */
class KeepAliveTest {
    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    @Test
    void servesManyRequestsOnOneConnection() throws Exception {
        try (TestServer server = TestServer.of(
                        Routes.builder().get("/{n}", request -> Response.text(200, request.pathParameter("n"))));
                RawClient client = server.raw()) {
            for (int n = 0; n < 100; n++) {
                client.send(get("/" + n));

                assertThat(client.answer().text()).isEqualTo(String.valueOf(n));
            }

            assertThat(server.server().connections()).isEqualTo(1);
        }
    }

    @Test
    void answersPipelinedRequestsInTheirOrderAndRunsOneAtATime() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger mostRunning = new AtomicInteger();
        Queue<String> order = new ConcurrentLinkedQueue<>();
        Handler handler = request -> {
            mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
            order.add(request.pathParameter("n"));
            Thread.onSpinWait();
            running.decrementAndGet();
            return Response.text(200, request.pathParameter("n"));
        };
        try (TestServer server = TestServer.of(Routes.builder().get("/{n}", handler));
                RawClient client = server.raw()) {
            StringBuilder all = new StringBuilder();
            for (int n = 0; n < 50; n++) {
                all.append(get("/" + n));
            }
            client.send(all.toString());

            for (int n = 0; n < 50; n++) {
                assertThat(client.answer().text()).isEqualTo(String.valueOf(n));
            }
            assertThat(mostRunning).hasValue(1);
            assertThat(order).hasSize(50);
        }
    }

    @Test
    void doesNotTouchAPipelinedRequestBeforeTheFirstIsAnswered() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        AtomicInteger second = new AtomicInteger();
        try (TestServer server = TestServer.of(Routes.builder()
                        .get("/slow", _ -> {
                            entered.countDown();
                            release.await();
                            return Response.text(200, "slow " + second.get());
                        })
                        .get("/quick", _ -> {
                            second.incrementAndGet();
                            return Response.text(200, "quick");
                        }));
                RawClient client = server.raw()) {
            client.send(get("/slow") + get("/quick"));
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            release.countDown();

            assertThat(client.answer().text()).isEqualTo("slow 0");
            assertThat(client.answer().text()).isEqualTo("quick");
        }
    }

    @Test
    void closesWhenTheClientAsksForIt() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder().get("/", _ -> Response.text(200, "x")));
                RawClient client = server.raw()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            assertThat(client.answer().header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void speaksHttp10WithAndWithoutKeepAlive() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .get("/", _ -> Response.text(200, "x"))
                .get(
                        "/stream",
                        _ -> Response.stream(
                                200,
                                "text/plain",
                                out -> out.write("streamed".getBytes(java.nio.charset.StandardCharsets.UTF_8)))))) {
            try (RawClient client = server.raw()) {
                client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
                assertThat(client.answer().header("Connection")).isEqualTo("keep-alive");
                client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
                assertThat(client.answer().header("Connection")).isEqualTo("close");
                assertThat(client.rest()).isEmpty();
            }
            try (RawClient client = server.raw()) {
                client.send("GET /stream HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
                RawClient.Answer answer = client.answer();
                assertThat(answer.header("Transfer-Encoding")).isEmpty();
                assertThat(answer.text()).isEqualTo("streamed");
            }
        }
    }

    @Test
    void passesOverASmallUnreadBodyAndServesTheNextRequest() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                        .post("/", _ -> Response.text(200, "unread"))
                        .get("/", _ -> Response.text(200, "next")));
                RawClient client = server.raw()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
            assertThat(client.answer().text()).isEqualTo("unread");
            client.send("x".repeat(100_000) + get("/"));

            assertThat(client.answer().text()).isEqualTo("next");
        }
    }

    @Test
    void closesRatherThanPassOverALargeUnreadBody() throws Exception {
        try (TestServer server = TestServer.of(
                        TestServer.settings().withMaxBody(100_000_000),
                        Routes.builder().post("/", _ -> Response.text(200, "unread")));
                RawClient client = server.raw()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n");

            RawClient.Answer answer = client.answer();

            assertThat(answer.text()).isEqualTo("unread");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void givesBackABodyNobodyReadWhenTheClientLeaves() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (TestServer server = TestServer.of(Routes.builder().post("/", _ -> {
            entered.countDown();
            release.await();
            return Response.text(200, "unread");
        }))) {
            try (RawClient client = server.raw()) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789");
                assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            }
            while (server.server().connections() > 0) {
                Thread.onSpinWait();
            }
            release.countDown();
        }
        assertThat(LeakWatch.take()).isEmpty();
    }
}
