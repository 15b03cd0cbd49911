/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Server-sent events arrive one by one; the stream ends when either side wants it to. */
class EventStreamTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static TestServer server(ServerSentEvents events) {
        return TestServer.of(Routes.builder().get("/", _ -> Response.events(events)));
    }

    private static void skipHead(RawClient client) throws Exception {
        String line = client.line();
        assertThat(line).isEqualTo("HTTP/1.1 200 OK");
        while (!line.isEmpty()) {
            line = client.line();
        }
    }

    private static String chunk(RawClient client) throws Exception {
        return new String(client.chunk(), StandardCharsets.UTF_8);
    }

    @Test
    void sendsEachEventAtOnceAndInForm() throws Exception {
        CountDownLatch next = new CountDownLatch(1);
        try (TestServer server = server(events -> {
                    events.event("progress", "{\"percent\":10}", "7");
                    next.await();
                    events.event("", "two\nlines\r\nor three");
                    events.comment("still here");
                    events.retry(Duration.ofSeconds(3));
                });
                RawClient client = server.raw()) {
            client.send(GET);
            skipHead(client);

            assertThat(chunk(client)).isEqualTo("event: progress\nid: 7\ndata: {\"percent\":10}\n\n");
            next.countDown();
            assertThat(chunk(client)).isEqualTo("data: two\ndata: lines\ndata: or three\n\n");
            assertThat(chunk(client)).isEqualTo(": still here\n\n");
            assertThat(chunk(client)).isEqualTo("retry: 3000\n\n");
            assertThat(chunk(client)).isEmpty();
        }
    }

    @Test
    void hasTheHeadersOfAStream() throws Exception {
        try (TestServer server = server(events -> events.event("", "x"))) {
            var answer = server.get("/");

            assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream; charset=utf-8");
            assertThat(answer.headers().firstValue("Cache-Control")).contains("no-cache, no-transform");
            assertThat(answer.body()).isEqualTo("data: x\n\n");
        }
    }

    @Test
    void refusesLineBreaksInNamesAndIds() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        try (TestServer server = server(events -> {
            try {
                assertThatThrownBy(() -> events.event("a\nb", "x")).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> events.event("a", "x", "1\r2")).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> events.comment("a\nb")).isInstanceOf(IllegalArgumentException.class);
                seen.complete(null);
            } catch (Throwable e) {
                seen.complete(e);
            }
        })) {
            server.get("/");

            assertThat(seen.get(10, TimeUnit.SECONDS)).isNull();
        }
    }

    @Test
    void wakesAHandlerThatWaitsWhenTheClientLeaves() throws Exception {
        CompletableFuture<Boolean> open = new CompletableFuture<>();
        CountDownLatch nothing = new CountDownLatch(1);
        try (TestServer server = server(events -> {
            events.event("", "hello");
            try {
                nothing.await();
            } catch (InterruptedException e) {
                open.complete(events.open());
                throw e;
            }
        })) {
            try (RawClient client = server.raw()) {
                client.send(GET);
                skipHead(client);
                chunk(client);
            }

            assertThat(open.get(20, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void beatsWhileTheHandlerIsSilent() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (TestServer server = server(events -> {
                    events.heartbeatEvery(Duration.ofMillis(20));
                    end.await();
                    events.event("", "end");
                });
                RawClient client = server.raw()) {
            client.send(GET);
            skipHead(client);

            assertThat(chunk(client)).isEqualTo(":\n\n");
            assertThat(chunk(client)).isEqualTo(":\n\n");
            end.countDown();
            String last = chunk(client);
            while (last.equals(":\n\n")) {
                last = chunk(client);
            }
            assertThat(last).isEqualTo("data: end\n\n");
            assertThat(chunk(client)).isEmpty();
        }
    }

    @Test
    void endsWellWhenTheServerDrains() throws Exception {
        CountDownLatch nothing = new CountDownLatch(1);
        try (TestServer server = server(events -> {
                    events.event("", "hello");
                    nothing.await();
                });
                RawClient client = server.raw()) {
            client.send(GET);
            skipHead(client);
            chunk(client);

            server.server().close(Duration.ofSeconds(20));

            assertThat(chunk(client))
                    .as("the last chunk, so the client knows nothing is missing")
                    .isEmpty();
            assertThatThrownBy(client::line).isInstanceOf(EOFException.class);
        }
    }
}
