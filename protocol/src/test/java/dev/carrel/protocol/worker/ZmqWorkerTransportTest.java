/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.channel.ChannelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ZmqWorkerTransportTest {
    private static final byte[] NONE = {};
    private static final FromWorker HELLO = new FromWorker.Hello(1, "token");
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private final Heard heard = new Heard();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void messagesGoBothWaysInTheirOrder() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer worker = dealer(transport);
        WorkerPeer peer = initialised(transport, worker);

        for (int i = 0; i < 1000; i++) {
            assertThat(transport.send(peer, call("c" + i, new byte[i * 37]))).isTrue();
        }
        for (int i = 0; i < 1000; i++) {
            ToWorker.Call call = (ToWorker.Call) worker.hear();
            assertThat(call.id()).isEqualTo("c" + i);
            assertThat(call.body()).hasSize(i * 37);
            worker.say(new FromWorker.Answer(call.id(), 200, "text/plain", Map.of(), false, call.body()));
        }
        for (int i = 0; i < 1000; i++) {
            FromWorker.Answer answer = (FromWorker.Answer) heard.next().message();
            assertThat(answer.id()).isEqualTo("c" + i);
            assertThat(answer.body()).hasSize(i * 37);
        }
    }

    @Test
    void manyThreadsMaySendAtOnceAndNoMessageIsTorn() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer worker = dealer(transport);
        WorkerPeer peer = greeted(transport, worker);
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(8);
        for (int t = 0; t < 8; t++) {
            String name = "t" + t;
            Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 300; i++) {
                    if (!transport.send(peer, call(name + "-" + i, new byte[i * 100]))) {
                        refused.incrementAndGet();
                    }
                }
                done.countDown();
            });
        }
        Set<String> ids = new HashSet<>();
        int[] next = new int[8];
        for (int i = 0; i < 8 * 300; i++) {
            ToWorker.Call call = (ToWorker.Call) worker.hear();
            ids.add(call.id());
            int thread = call.id().charAt(1) - '0';
            assertThat(call.id()).isEqualTo("t" + thread + "-" + next[thread]);
            assertThat(call.body()).hasSize(next[thread]++ * 100);
        }

        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ids).hasSize(8 * 300);
        assertThat(refused).hasValue(0);
    }

    @Test
    void bodiesOfMegabytesPass() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer worker = dealer(transport);
        WorkerPeer peer = initialised(transport, worker);
        byte[] body = new byte[10 << 20];
        body[body.length - 1] = 7;

        assertThat(transport.send(peer, call("1", body))).isTrue();
        ToWorker.Call call = (ToWorker.Call) worker.hear();
        worker.say(new FromWorker.Answer("1", 200, "", Map.of(), false, call.body()));

        assertThat(((FromWorker.Answer) heard.next().message()).body()).isEqualTo(body);
    }

    @Test
    void aWorkerThatDoesNotReadIsNotWaitedForAndHoldsNobodyUp() throws Exception {
        ZmqWorkerTransport transport =
                started(new TransportOptions("127.0.0.1", 0, 10, 1 << 20, 1 << 20, seconds(10), 50));
        try (RawPeer deaf = new RawPeer(transport.port())) {
            deaf.shakeHands("DEALER");
            deaf.message("hello".getBytes(UTF_8), "{\"protocol\":1,\"token\":\"t\"}".getBytes(UTF_8));
            WorkerPeer peer = heard.next().peer();
            // More than the kernel takes for a connection that nobody reads.
            int sent = 0;
            while (sent < 1000 && transport.send(peer, call("1", new byte[1 << 20]))) {
                sent++;
            }
            assertThat(sent).isBetween(1, 500);

            Dealer worker = dealer(transport);
            WorkerPeer other = greeted(transport, worker);
            transport.send(other, new ToWorker.Beat());
            assertThat(worker.hear()).isEqualTo(new ToWorker.Beat());

            transport.drop(peer);
            deaf.readToEnd();
        }
    }

    @Test
    void aPeerThatIsGoneIsToldOfAtOnceAndTakesNothingMore() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer worker = new Dealer(transport.port());
        WorkerPeer peer = greeted(transport, worker);

        worker.close();

        assertThat(heard.next()).isEqualTo(new Heard.Item(peer, null));
        assertThat(transport.send(peer, new ToWorker.Beat())).isFalse();
    }

    @Test
    void whoComesAgainIsAnotherPeer() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer first = new Dealer(transport.port());
        WorkerPeer peer = greeted(transport, first);
        first.close();
        assertThat(heard.next()).isEqualTo(new Heard.Item(peer, null));

        assertThat(greeted(transport, dealer(transport))).isNotEqualTo(peer);
    }

    @Test
    void everyoneOfManyThatComeIsHeard() throws Exception {
        ZmqWorkerTransport transport = started();
        for (int i = 0; i < 150; i++) {
            try (RawPeer worker = new RawPeer(transport.port())) {
                worker.shakeHands("DEALER");
                worker.message("hello".getBytes(UTF_8), "{\"protocol\":1,\"token\":\"t\"}".getBytes(UTF_8));
                transport.drop(heard.next().peer());
                worker.readToEnd();
            }
        }
        assertThat(heard.isEmpty()).isTrue();
    }

    @Test
    void anIdentityThatAWorkerMakesUpIsNobodyElses() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer victim = named(transport, "same");
        WorkerPeer peer = greeted(transport, victim);
        Dealer thief = named(transport, "same");
        WorkerPeer other = greeted(transport, thief);

        assertThat(other).isNotEqualTo(peer);
        transport.send(peer, new ToWorker.Cancel("victim's"));
        transport.send(other, new ToWorker.Cancel("thief's"));
        assertThat(victim.hear()).isEqualTo(new ToWorker.Cancel("victim's"));
        assertThat(thief.hear()).isEqualTo(new ToWorker.Cancel("thief's"));
    }

    @Test
    void whatIsMalformedIsRefusedAndEndsTheConnection() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer worker = dealer(transport);
        WorkerPeer peer = greeted(transport, worker);

        worker.say("answer", "{\"id\":\"1\"}");

        assertThat(worker.hear())
                .isInstanceOfSatisfying(
                        ToWorker.Refused.class, r -> assertThat(r.error()).contains("answer: "));
        assertThat(heard.next()).isEqualTo(new Heard.Item(peer, null));
        assertThat(transport.malformed()).isEqualTo(1);
        assertThat(transport.send(peer, new ToWorker.Beat())).isFalse();
    }

    @Test
    void helloIsSaidFirstAndOnce() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer silent = dealer(transport);
        silent.say(new FromWorker.Beat());
        assertThat(silent.hear())
                .isInstanceOfSatisfying(
                        ToWorker.Refused.class, r -> assertThat(r.error()).contains("no hello"));

        Dealer twice = dealer(transport);
        greeted(transport, twice);
        twice.say(HELLO);
        assertThat(twice.hear())
                .isInstanceOfSatisfying(
                        ToWorker.Refused.class, r -> assertThat(r.error()).contains("second hello"));
    }

    @Test
    void aStrangerMaySayLittleAndAWorkerThatWasInitialisedMore() throws Exception {
        ZmqWorkerTransport transport =
                started(new TransportOptions("127.0.0.1", 0, 10, 100_000, 1 << 20, seconds(10), 50));
        Dealer stranger = dealer(transport);
        WorkerPeer peer = greeted(transport, stranger);
        stranger.say(new FromWorker.Chunk("1", new byte[5000]));
        assertThat(heard.next()).isEqualTo(new Heard.Item(peer, null));

        Dealer worker = dealer(transport);
        WorkerPeer known = initialised(transport, worker);
        worker.say(new FromWorker.Chunk("1", new byte[100_000]));
        assertThat(heard.next().message()).isInstanceOf(FromWorker.Chunk.class);
        worker.say(new FromWorker.Chunk("1", new byte[100_001]));
        assertThat(heard.next()).isEqualTo(new Heard.Item(known, null));
    }

    @Test
    void aMessageOfManyFramesIsNotCollected() throws Exception {
        ZmqWorkerTransport transport = started();
        try (RawPeer peer = new RawPeer(transport.port())) {
            peer.shakeHands("DEALER");
            for (int i = 0; i < 4; i++) {
                peer.frame(1, NONE);
            }
            peer.readToEnd();
        }
        assertThat(heard.isEmpty()).isTrue();
    }

    @Test
    void whatIsNoZeroMqIsClosed() throws Exception {
        ZmqWorkerTransport transport = started();
        List<byte[]> nonsense = List.of(
                "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: something longer than a greeting is\r\n\r\n".getBytes(UTF_8),
                new byte[64],
                RawPeer.greeting("PLAIN"),
                RawPeer.greeting("CURVE"));
        for (byte[] bytes : nonsense) {
            try (RawPeer peer = new RawPeer(transport.port())) {
                peer.raw(bytes);
                peer.readToEnd();
            }
        }
        for (String type : List.of("REQ", "ROUTER", "SUB", "")) {
            try (RawPeer peer = new RawPeer(transport.port())) {
                peer.shakeHands(type);
                peer.readToEnd();
            }
        }
        // Frames that are too long, or say that they are of less than no length.
        for (long length : new long[] {5000, Long.MAX_VALUE, -1}) {
            try (RawPeer peer = new RawPeer(transport.port())) {
                peer.shakeHands("DEALER");
                peer.raw(ByteBuffer.allocate(9).put((byte) 2).putLong(length).array());
                peer.readToEnd();
            }
        }
        assertThat(heard.isEmpty()).isTrue();
        greeted(transport, dealer(transport));
    }

    @Test
    void whoSaysNothingIsClosed() throws Exception {
        ZmqWorkerTransport transport =
                started(new TransportOptions("127.0.0.1", 0, 10, 1 << 20, 1 << 20, Duration.ofMillis(200), 50));
        try (RawPeer silent = new RawPeer(transport.port());
                RawPeer shaken = new RawPeer(transport.port())) {
            shaken.shakeHands("DEALER");
            silent.readToEnd();
            shaken.readToEnd();
        }
    }

    @Test
    void aPingIsAnswered() throws Exception {
        ZmqWorkerTransport transport = started();
        try (RawPeer peer = new RawPeer(transport.port())) {
            peer.shakeHands("DEALER");
            peer.frame(4, new byte[] {4, 'P', 'I', 'N', 'G', 0, 10, 'c', 't', 'x'});

            assertThat(peer.readFrame()).isEqualTo(new byte[] {4, 'P', 'O', 'N', 'G', 'c', 't', 'x'});
        }
    }

    @Test
    void thereAreNoMoreConnectionsThanAllowed() throws Exception {
        ZmqWorkerTransport transport =
                started(new TransportOptions("127.0.0.1", 0, 2, 1 << 20, 1 << 20, seconds(30), 50));
        try (RawPeer first = new RawPeer(transport.port());
                RawPeer second = new RawPeer(transport.port())) {
            first.shakeHands("DEALER");
            second.shakeHands("DEALER");
            try (RawPeer third = new RawPeer(transport.port())) {
                third.readToEnd();
            }
        }
        // Those two are gone, so there is room as soon as that was noticed.
        long until = System.nanoTime() + seconds(20).toNanos();
        while (!admitted(transport)) {
            assertThat(System.nanoTime()).as("twenty seconds are over").isLessThan(until);
        }
    }

    private static boolean admitted(ZmqWorkerTransport transport) {
        try (RawPeer peer = new RawPeer(transport.port())) {
            peer.shakeHands("DEALER");
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void aDroppedPeerStillGetsWhatWasSaidAndIsNotToldOfAsLost() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer worker = dealer(transport);
        WorkerPeer peer = greeted(transport, worker);

        transport.send(peer, new ToWorker.Refused("no such token"));
        transport.drop(peer);

        assertThat(worker.hear()).isEqualTo(new ToWorker.Refused("no such token"));
        assertThat(transport.send(peer, new ToWorker.Beat())).isFalse();
        greeted(transport, dealer(transport));
    }

    @Test
    void aPortThatIsTakenIsSaid() {
        ZmqWorkerTransport transport = started();
        try (ZmqWorkerTransport second = new ZmqWorkerTransport(TransportOptions.of("127.0.0.1", transport.port()))) {
            assertThatThrownBy(() -> second.start(new Heard()))
                    .isInstanceOf(ChannelException.class)
                    .hasMessageContaining("127.0.0.1:" + transport.port());
        }
    }

    @Test
    void afterClosingNothingIsTakenAndThePortIsFree() throws Exception {
        ZmqWorkerTransport transport = started();
        Dealer worker = dealer(transport);
        WorkerPeer peer = greeted(transport, worker);

        transport.close();
        transport.close();

        assertThat(transport.send(peer, new ToWorker.Beat())).isFalse();
        assertThat(heard.isEmpty()).isTrue();
        ZmqWorkerTransport again = started(TransportOptions.of("127.0.0.1", transport.port()));
        assertThat(again.port()).isEqualTo(transport.port());
    }

    private ZmqWorkerTransport started() {
        return started(TransportOptions.of("127.0.0.1", 0));
    }

    private ZmqWorkerTransport started(TransportOptions options) {
        ZmqWorkerTransport transport = new ZmqWorkerTransport(options);
        transport.start(heard);
        open.add(transport);
        return transport;
    }

    private Dealer dealer(ZmqWorkerTransport transport) {
        Dealer dealer = new Dealer(transport.port());
        open.add(dealer);
        return dealer;
    }

    private Dealer named(ZmqWorkerTransport transport, String identity) {
        Dealer dealer = new Dealer(identity, transport.port());
        open.add(dealer);
        return dealer;
    }

    /** Says hello and is waited for. */
    private WorkerPeer greeted(ZmqWorkerTransport transport, Dealer worker) throws InterruptedException {
        worker.say(HELLO);
        Heard.Item item = heard.next();
        assertThat(item.message()).isEqualTo(HELLO);
        transport.send(item.peer(), new ToWorker.Beat());
        try {
            assertThat(worker.hear()).isEqualTo(new ToWorker.Beat());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return item.peer();
    }

    /** Says hello and is told what it is. */
    private WorkerPeer initialised(ZmqWorkerTransport transport, Dealer worker) throws Exception {
        WorkerPeer peer = greeted(transport, worker);
        transport.send(peer, init());
        assertThat(worker.hear()).isInstanceOf(ToWorker.Init.class);
        return peer;
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static ToWorker call(String id, byte[] body) {
        return new ToWorker.Call(id, "f", "GET", "[1]", "{}", body.length == 0 ? "" : "a/b", Map.of(), 1000, body);
    }

    private static ToWorker init() {
        return new ToWorker.Init("a", "f", 1, "python3", "", Map.of(), List.of(), Map.of(), 1, 1);
    }
}
