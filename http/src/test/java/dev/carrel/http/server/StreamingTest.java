/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Bodies stream both ways in little memory, at the pace of the slower side. */
class StreamingTest {
    private static final long LARGE = 256L * 1024 * 1024;
    private static final int MAX_HELD = BodyQueue.HIGH + 256 * 1024;

    private static InputStream zeros(long length) {
        return new InputStream() {
            private long left = length;

            @Override
            public int read() {
                return left-- > 0 ? 0 : -1;
            }

            @Override
            public int read(byte[] into, int offset, int wanted) {
                if (left <= 0) {
                    return -1;
                }
                int read = (int) Math.min(left, wanted);
                left -= read;
                return read;
            }
        };
    }

    @Test
    void takesALargeUploadInLittleMemory() throws Exception {
        AtomicLong peak = new AtomicLong();
        Handler count = request -> {
            long total = 0;
            byte[] piece = new byte[8192];
            try (InputStream in = request.body().stream()) {
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    total += read;
                }
            }
            peak.set(request.body().peakHeld());
            return Response.text(200, String.valueOf(total));
        };
        try (TestServer server =
                TestServer.of(Routes.builder().post("/", RouteOptions.DEFAULT.withMaxBody(Long.MAX_VALUE), count))) {
            HttpResponse<String> answer = TestServer.send(server.request("/")
                    .POST(HttpRequest.BodyPublishers.ofInputStream(() -> zeros(LARGE)))
                    .build());

            assertThat(answer.body()).isEqualTo(String.valueOf(LARGE));
            assertThat(peak.get()).isPositive().isLessThanOrEqualTo(MAX_HELD);
        }
    }

    @Test
    void doesNotReadFromAClientWhileTheHandlerDoesNot() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Long> peak = new CompletableFuture<>();
        Handler slow = request -> {
            release.await();
            try (InputStream in = request.body().stream()) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            peak.complete(request.body().peakHeld());
            return Response.text(200, "read");
        };
        try (TestServer server = TestServer.of(
                        Routes.builder().post("/", RouteOptions.DEFAULT.withMaxBody(Long.MAX_VALUE), slow));
                RawClient client = server.raw()) {
            int length = 64 * 1024 * 1024;
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
            AtomicLong sent = new AtomicLong();
            Thread sender = Thread.ofVirtual().start(() -> {
                byte[] piece = new byte[64 * 1024];
                for (int at = 0; at < length; at += piece.length) {
                    client.sendAnyway(new String(piece, StandardCharsets.ISO_8859_1));
                    sent.addAndGet(piece.length);
                }
            });
            awaitStandstill(sent);
            assertThat(sent.get()).as("sent while nobody read").isLessThan(length);
            release.countDown();

            assertThat(client.answer().text()).isEqualTo("read");
            assertThat(peak.get(10, TimeUnit.SECONDS)).isLessThanOrEqualTo(MAX_HELD);
            sender.join(10_000);
        }
    }

    /** The sender is stuck when it has made no progress over many turns of ours. */
    private static void awaitStandstill(AtomicLong sent) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long before;
        do {
            before = sent.get();
            never.await(300, TimeUnit.MILLISECONDS);
        } while (before == 0 || sent.get() != before);
    }

    @Test
    void sendsALargeDownloadAtTheClientsPace() throws Exception {
        AtomicLong written = new AtomicLong();
        CompletableFuture<Void> done = new CompletableFuture<>();
        try (TestServer server = TestServer.of(Routes.builder()
                .get(
                        "/",
                        _ -> Response.stream(200, "application/octet-stream", out -> {
                            byte[] piece = new byte[64 * 1024];
                            for (long left = LARGE; left > 0; left -= piece.length) {
                                out.write(piece);
                                written.addAndGet(piece.length);
                            }
                            done.complete(null);
                        })))) {
            HttpResponse<InputStream> answer =
                    TestServer.CLIENT.send(server.request("/").build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = answer.body()) {
                assertThat(in.read()).isZero();
                awaitStandstill(written);
                assertThat(done).as("all written while the client took nothing").isNotDone();

                assertThat(in.transferTo(java.io.OutputStream.nullOutputStream()))
                        .isEqualTo(LARGE - 1);
            }
            done.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void sendsAKnownLengthWhenToldOne() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .get(
                        "/",
                        _ -> Response.stream(
                                200,
                                "text/plain",
                                3,
                                out -> out.write("abc".getBytes(java.nio.charset.StandardCharsets.UTF_8)))))) {
            HttpResponse<String> answer = server.get("/");

            assertThat(answer.headers().firstValue("Content-Length")).contains("3");
            assertThat(answer.body()).isEqualTo("abc");
        }
    }

    @Test
    void cutsTheConnectionWhenTheBodyIsNotAsLongAsAnnounced() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .get(
                        "/short",
                        _ -> Response.stream(
                                200,
                                "text/plain",
                                10,
                                out -> out.write("abc".getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                .get(
                        "/long",
                        _ -> Response.stream(
                                200,
                                "text/plain",
                                2,
                                out -> out.write("abc".getBytes(java.nio.charset.StandardCharsets.UTF_8)))))) {
            assertThatThrownBy(() -> server.get("/short")).isInstanceOf(java.io.IOException.class);
            assertThatThrownBy(() -> server.get("/long")).isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void cutsTheConnectionWhenTheHandlerFailsHalfWay() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                        .get(
                                "/",
                                _ -> Response.stream(200, "text/plain", out -> {
                                    out.write("begin".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                                    out.flush();
                                    throw new IllegalStateException("half-way");
                                })));
                RawClient client = server.raw()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThatThrownBy(client::answer).isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void tellsTheWriterThatTheClientHasGone() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        try (TestServer server = TestServer.of(Routes.builder()
                .get(
                        "/",
                        _ -> Response.stream(200, "text/plain", out -> {
                            try {
                                while (true) {
                                    out.write(new byte[1024]);
                                    out.flush();
                                }
                            } catch (java.io.IOException e) {
                                seen.complete(e);
                                throw e;
                            }
                        })))) {
            try (RawClient client = server.raw()) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                client.line();
            }

            assertThat(seen.get(20, TimeUnit.SECONDS)).isInstanceOf(ClientGoneException.class);
        }
    }
}
