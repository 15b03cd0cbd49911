/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A handler may leave its answer to something that comes later; no thread waits meanwhile. */
class LaterTest {
    private final BlockingQueue<CompletableFuture<String>> asked = new LinkedBlockingQueue<>();

    private TestServer server(Function<String, Response> then) {
        return server(TestServer.settings(), then);
    }

    private TestServer server(HttpServerSettings settings, Function<String, Response> then) {
        return TestServer.of(
                settings,
                Routes.builder()
                        .filter((request, chain) -> chain.proceed(request)
                                .with("X-Set", "meanwhile")
                                .withContentSecurityPolicy("sandbox"))
                        .get("/quick", _ -> Response.text(200, "quick"))
                        .get("/", _ -> {
                            CompletableFuture<String> event = new CompletableFuture<>();
                            asked.add(event);
                            return Response.later(event, then).withStatus(203);
                        }));
    }

    private CompletableFuture<String> event() throws InterruptedException {
        CompletableFuture<String> event = asked.poll(10, TimeUnit.SECONDS);
        assertThat(event).as("a request").isNotNull();
        return Objects.requireNonNull(event);
    }

    private static CompletableFuture<HttpResponse<String>> get(TestServer server) {
        return TestServer.CLIENT.sendAsync(
                server.request("/").build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    @Test
    void theAnswerIsMadeWhenItsEventComesAndHasWhatWasSetOnItMeanwhile() throws Exception {
        try (TestServer server = server(text -> Response.text(200, "got " + text))) {
            CompletableFuture<HttpResponse<String>> response = get(server);
            CompletableFuture<String> event = event();
            assertThat(response).isNotDone();

            event.complete("it");

            HttpResponse<String> answer = response.get(10, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(203);
            assertThat(answer.body()).isEqualTo("got it");
            assertThat(answer.headers().allValues("x-set")).isEqualTo(List.of("meanwhile"));
            assertThat(answer.headers().allValues("content-security-policy")).isEqualTo(List.of("sandbox"));
        }
    }

    @Test
    void aConnectionServesOneAfterTheOther() throws Exception {
        try (TestServer server = server(text -> Response.text(200, text));
                RawClient client = server.raw()) {
            for (String text : List.of("one", "two", "three")) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                event().complete(text);
                assertThat(client.answer().text()).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCanBeWrittenOnlyByWaitingIsWrittenToo(boolean streamed) throws Exception {
        Path file = Files.createTempFile("later", ".txt");
        try (TestServer server = server(text -> {
            // A client that is slow must not hold the loop.
            assertThat(Thread.currentThread().isVirtual()).isFalse();
            return streamed
                    ? Response.stream(200, "text/plain", out -> {
                        assertThat(Thread.currentThread().isVirtual()).isTrue();
                        out.write(text.getBytes(StandardCharsets.UTF_8));
                    })
                    : Response.file(200, "text/plain", file, 0, 4);
        })) {
            Files.writeString(file, "text");
            CompletableFuture<HttpResponse<String>> response = get(server);
            event().complete("text");

            assertThat(response.get(10, TimeUnit.SECONDS).body()).isEqualTo("text");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void whatIsThrownIsTold() throws Exception {
        try (TestServer server = server(text -> {
            throw new HttpFailure(409, "later.conflict", "not " + text);
        })) {
            CompletableFuture<HttpResponse<String>> failed = get(server);
            event().complete("this");
            assertThat(failed.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(409);
            assertThat(failed.get().body()).contains("not this");

            CompletableFuture<HttpResponse<String>> broken = get(server);
            event().completeExceptionally(new IllegalArgumentException("a secret"));
            assertThat(broken.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(500);
            assertThat(broken.get().body()).doesNotContain("secret");

            CompletableFuture<HttpResponse<String>> refused = get(server);
            event().completeExceptionally(new HttpFailure(503, "later.away", "away"));
            assertThat(refused.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        }
    }

    @Test
    void anAnswerMustNotBeLaterStill() throws Exception {
        try (TestServer server =
                server(text -> Response.later(CompletableFuture.completedFuture(text), _ -> Response.empty(204)))) {
            CompletableFuture<HttpResponse<String>> response = get(server);
            event().complete("");
            assertThat(response.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(500);
        }
    }

    @Test
    void itKeepsItsPlaceUntilItsEnd() throws Exception {
        try (TestServer server =
                server(TestServer.settings().withConcurrency(1, 1), text -> Response.text(200, "got " + text))) {
            CompletableFuture<HttpResponse<String>> response = get(server);
            CompletableFuture<String> event = event();
            assertThat(server.get("/quick").statusCode()).isEqualTo(503);

            event.complete("it");
            response.get(10, TimeUnit.SECONDS);

            assertThat(server.get("/quick").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatGoesIsToldAndItsPlaceGivenBack() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        CompletableFuture<String> event = new CompletableFuture<>();
        CountDownLatch entered = new CountDownLatch(1);
        try (TestServer server = TestServer.of(
                TestServer.settings().withConcurrency(1, 1),
                Routes.builder()
                        .get("/", request -> {
                            request.whenClientGone(() -> {
                                gone.countDown();
                                event.complete("cancelled");
                            });
                            entered.countDown();
                            return Response.later(event, text -> Response.text(200, text));
                        })
                        .get("/quick", _ -> Response.text(200, "quick")))) {
            try (RawClient client = server.raw()) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            int status;
            do {
                status = server.get("/quick").statusCode();
            } while (status == 503 && System.nanoTime() < until);
            assertThat(status).isEqualTo(200);
        }
    }
}
