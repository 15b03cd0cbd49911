/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How quick calls are, to a worker that only echoes and to one in Python. Run by name, see docs/testing.md; prints what it measured. */
class WorkerPace {
    private static final int WARM = 20_000;
    private static final byte[] ONE = {'1'};

    @TempDir
    Path home;

    @Test
    void ofTheConnectionAlone() throws Exception {
        Calls calls = new Calls();
        try (ZmqWorkerTransport transport = new ZmqWorkerTransport(TransportOptions.of("127.0.0.1", 0))) {
            transport.start(calls);
            Thread echo = Thread.ofPlatform().start(() -> echo(transport.port()));
            calls.measure("a connection", transport, WARM, 200_000, 64);
            assertThat(transport.send(calls.peer.get(), new ToWorker.Drain())).isTrue();
            echo.join(10_000);
        }
    }

    @Test
    void ofAPythonWorker() throws Exception {
        for (int concurrency : new int[] {1, 8}) {
            Calls calls = new Calls();
            try (ZmqWorkerTransport transport = new ZmqWorkerTransport(TransportOptions.of("127.0.0.1", 0))) {
                transport.start(calls);
                ProcessBuilder builder = new ProcessBuilder(Path.of("../images/session/files/usr/lib/carrel/worker")
                        .toRealPath()
                        .toString());
                builder.environment()
                        .putAll(Map.of(
                                "HOME",
                                home.toString(),
                                "CARREL_BROKER",
                                "tcp://127.0.0.1:" + transport.port(),
                                "CARREL_TOKEN",
                                "t"));
                Process process = builder.inheritIO().start();
                calls.awaitPeer();
                assertThat(transport.send(
                                calls.peer.get(),
                                new ToWorker.Init(
                                        "a",
                                        "f",
                                        1,
                                        "python3",
                                        "def f(a): return a",
                                        Map.of(),
                                        List.of(),
                                        Map.of(),
                                        concurrency,
                                        1 << 20)))
                        .isTrue();
                calls.awaitReady();
                calls.measure("a Python worker of " + concurrency + " calls at once", transport, 5000, 50_000, 32);
                process.destroy();
                assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static void echo(int port) {
        try (Dealer worker = new Dealer(port)) {
            worker.say(new FromWorker.Hello(1, "t"));
            ToWorker message = worker.hear();
            while (!(message instanceof ToWorker.Drain)) {
                if (message instanceof ToWorker.Call call) {
                    worker.say(new FromWorker.Answer(call.id(), 200, "application/json", Map.of(), false, ONE));
                }
                message = worker.hear();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static final class Calls implements WorkerTransport.Listener {
        private final AtomicReference<WorkerPeer> peer = new AtomicReference<>();
        private final CountDownLatch hello = new CountDownLatch(1);
        private final CountDownLatch ready = new CountDownLatch(1);
        private final AtomicInteger toSend = new AtomicInteger();
        private volatile CountDownLatch answered = new CountDownLatch(0);
        private volatile WorkerTransport transport;
        private volatile long at;

        @Override
        public void received(WorkerPeer from, FromWorker message) {
            switch (message) {
                case FromWorker.Hello _ -> {
                    peer.set(from);
                    hello.countDown();
                }
                case FromWorker.Ready _ -> ready.countDown();
                case FromWorker.Answer _ -> {
                    at = System.nanoTime();
                    if (toSend.getAndDecrement() > 0) {
                        assertThat(transport.send(from, CALL)).isTrue();
                    }
                    answered.countDown();
                }
                default -> {}
            }
        }

        private static final ToWorker CALL = new ToWorker.Call(
                "c000000001",
                "f",
                "GET",
                "[\"1\"]",
                "{}",
                "",
                Map.of("user-agent", "curl/8.0", "accept", "*/*"),
                30_000,
                new byte[0]);

        @Override
        public void lost(WorkerPeer lost) {}

        void awaitPeer() throws InterruptedException {
            assertThat(hello.await(20, TimeUnit.SECONDS)).isTrue();
        }

        void awaitReady() throws InterruptedException {
            assertThat(ready.await(20, TimeUnit.SECONDS)).isTrue();
        }

        void measure(String what, WorkerTransport through, int warm, int count, int outstanding)
                throws InterruptedException {
            awaitPeer();
            transport = through;
            run(warm, outstanding);
            long[] nanos = new long[warm];
            for (int i = 0; i < warm; i++) {
                answered = new CountDownLatch(1);
                long begin = System.nanoTime();
                assertThat(through.send(peer.get(), CALL)).isTrue();
                assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
                nanos[i] = at - begin;
            }
            Arrays.sort(nanos);
            long begin = System.nanoTime();
            run(count, outstanding);
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    "%s: one call at a time p50 %d us, p99 %d us; %d outstanding: %.0f calls/s%n",
                    what, nanos[warm / 2] / 1000, nanos[warm * 99 / 100] / 1000, outstanding, count / seconds);
        }

        private void run(int count, int outstanding) throws InterruptedException {
            answered = new CountDownLatch(count);
            toSend.set(count - outstanding);
            for (int i = 0; i < outstanding; i++) {
                assertThat(transport.send(peer.get(), CALL)).isTrue();
            }
            assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
