/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Bodies pass piece by piece, in whatever size, and a slow side makes the other wait instead of filling our memory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamingTest {
    private static final int PIECE = 1024 * 1024;
    private static final int PIECES = 192;
    /** Far below what passes, far above what two sockets and a read may hold. */
    private static final long BOUND = 48L * PIECE;

    private RunningRouter router;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start(Map.of("CARREL_ROUTER_WORKERS", "1"));
    }

    @AfterAll
    void stop() {
        router.close();
    }

    private String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n";
    }

    @Test
    void anEventPassesBeforeTheNextIsMade() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        try (Backend events = Backend.of((request, wire) -> {
                    wire.send(
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
                    wire.send("9\r\ndata: 1\n\n\r\n");
                    assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
                    wire.send("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
                });
                RawClient client = router.raw()) {
            router.plainRoute("/events", events.url());
            client.send(get("/events"));
            assertThat(client.head().header("Content-Type")).isEqualTo("text/event-stream");

            assertThat(client.chunk()).isEqualTo("data: 1\n\n");

            heard.countDown();
            assertThat(client.chunk()).isEqualTo("data: 2\n\n");
            assertThat(client.chunk()).isEmpty();
        }
    }

    @Test
    void aPieceOfAnUploadPassesBeforeTheNextIsSent() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        try (Backend upload = Backend.of((request, wire) -> {
                    assertThat(wire.text(5)).isEqualTo("first");
                    arrived.countDown();
                    assertThat(wire.text(6)).isEqualTo("second");
                    wire.send(Backend.ok("both"));
                });
                RawClient client = router.raw()) {
            router.plainRoute("/upload", upload.url());
            client.send(
                    "POST /upload HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\nContent-Length: 11\r\n\r\nfirst");

            assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();

            client.send("second");
            assertThat(client.answer().text()).isEqualTo("both");
        }
    }

    @Test
    void aDownloadThatNobodyReadsStopsAtItsSource() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (Backend source = Backend.of((request, wire) -> {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + (long) PIECE * PIECES + "\r\n\r\n");
                    byte[] piece = new byte[PIECE];
                    for (int i = 0; i < PIECES; i++) {
                        wire.send(piece);
                        sent.addAndGet(PIECE);
                    }
                });
                RawClient client = router.raw()) {
            router.plainRoute("/big", source.url());
            client.send(get("/big"));
            client.head();

            long before = awaitStandstill(sent);

            assertThat(before).isLessThan(BOUND);
            assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory())
                    .isLessThan(BOUND);
            for (int i = 0; i < PIECES; i++) {
                assertThat(client.bytes(PIECE)).hasSize(PIECE);
            }
        }
    }

    @Test
    void anUploadThatNobodyReadsStopsAtTheClient() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        AtomicLong sent = new AtomicLong();
        try (Backend sink = Backend.of((request, wire) -> {
                    assertThat(read.await(20, TimeUnit.SECONDS)).isTrue();
                    for (int i = 0; i < PIECES; i++) {
                        wire.bytes(PIECE);
                    }
                    wire.send(Backend.ok("all"));
                });
                RawClient client = router.raw()) {
            router.plainRoute("/sink", sink.url());
            client.send("PUT /sink HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\nContent-Length: "
                    + (long) PIECE * PIECES + "\r\n\r\n");
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < PIECES; i++) {
                        client.send(new byte[PIECE]);
                        sent.addAndGet(PIECE);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });

            long before = awaitStandstill(sent);

            assertThat(before).isLessThan(BOUND);
            assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory())
                    .isLessThan(BOUND);
            read.countDown();
            assertThat(client.answer().text()).isEqualTo("all");
            writer.join();
        }
    }

    /** The count once it no longer grows: a sender that is held up stays at one number, however long one looks. */
    private static long awaitStandstill(AtomicLong count) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long last = -1;
        int same = 0;
        while (same < 10) {
            assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
            long now = count.get();
            same = now == last ? same + 1 : 0;
            last = now;
        }
        return last;
    }

    @Test
    void aBodyOfUnknownLengthBecomesChunks() throws Exception {
        try (Backend old = Backend.of((request, wire) -> {
                    wire.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end");
                    wire.socket().shutdownOutput();
                });
                RawClient client = router.raw()) {
            router.plainRoute("/old", old.url());

            RawClient.Answer first = client.send(get("/old")).answer();
            RawClient.Answer second = client.send(get("/old")).answer();

            assertThat(first.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(first.text()).isEqualTo("until the end");
            assertThat(second.text()).isEqualTo("until the end");
        }
    }

    @Test
    void aHeadWithoutLengthPassesBeforeItsBody() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        try (Backend old = Backend.of((_, wire) -> {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
                    assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
                    wire.send("later");
                    wire.socket().shutdownOutput();
                });
                RawClient client = router.raw()) {
            router.plainRoute("/headfirst", old.url());
            client.send(get("/headfirst"));

            assertThat(client.head().status()).isEqualTo(200);

            heard.countDown();
            assertThat(client.chunk()).isEqualTo("later");
        }
    }

    @Test
    void aBodyThatBreaksOffIsNeverTakenForTheWhole() throws Exception {
        try (Backend dying = Backend.of((request, wire) -> {
            boolean chunked = request.target().endsWith("chunked");
            wire.send(
                    chunked
                            ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
                            : "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            wire.socket().shutdownOutput();
        })) {
            router.plainRoute("/dying", dying.url());
            try (RawClient client = router.raw()) {
                assertThat(client.send(get("/dying/length")).head().status()).isEqualTo(200);
                assertThat(client.rest()).isEqualTo("half");
            }
            try (RawClient client = router.raw()) {
                assertThat(client.send(get("/dying/chunked")).head().status()).isEqualTo(200);
                assertThat(client.chunk()).isEqualTo("half");
                assertThatThrownBy(client::chunk).isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void aClientThatGoesEndsTheRequestAtTheTarget() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (Backend slow = Backend.of((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
            wire.rest();
            ended.countDown();
        })) {
            router.plainRoute("/slow", slow.url());
            RawClient client = router.raw().send(get("/slow"));
            client.head();
            client.close();

            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
