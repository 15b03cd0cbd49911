/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** A certificate is renewed while everybody works: nobody's connection ends, and whoever comes next sees the new one. */
class TlsReloadTest {
    private static final int SOCKETS = 240;
    private static final int REQUESTS = 20;
    private static final int MORE = 5;
    /** All of them together keep a processor half busy. */
    private static final Duration PACE = Duration.ofMillis(200);

    private final CountDownLatch done = new CountDownLatch(1);
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private TestCertificates certificates;

    /** One client with its traffic. */
    private record Worker(SSLSocket socket, AtomicInteger rounds, Future<?> work) {}

    private interface Round {
        void once(RawClient client) throws Exception;
    }

    /** Accepts a WebSocket and echoes its bytes; else says hello. */
    private static void serve(Backend.Seen request, RawClient wire) throws Exception {
        if (request.header("Upgrade").isEmpty()) {
            wire.send(Backend.ok("hello"));
            return;
        }
        wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: x\r\n\r\n");
        byte[] buffer = new byte[1024];
        for (int read = wire.in().read(buffer); read >= 0; read = wire.in().read(buffer)) {
            wire.send(Arrays.copyOf(buffer, read));
        }
    }

    private Worker worker(ExecutorService threads, RunningRouter router, String version, String first, Round round)
            throws Exception {
        SSLSocket socket = certificates.connect(router.port(), "localhost", version);
        AtomicInteger rounds = new AtomicInteger();
        RawClient client = new RawClient(socket);
        if (!first.isEmpty()) {
            assertThat(client.send(first).head().status()).isEqualTo(101);
        }
        Future<?> work = threads.submit(() -> {
            try (client) {
                while (done.getCount() > 0) {
                    round.once(client);
                    rounds.incrementAndGet();
                    done.await(PACE.toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (Exception e) {
                failures.add(version + " after " + rounds + ": " + e);
            }
        });
        return new Worker(socket, rounds, work);
    }

    private static void echo(RawClient client) throws Exception {
        byte[] sent = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        assertThat(client.send(sent).bytes(sent.length)).isEqualTo(sent);
    }

    private static void await(String what, BooleanSupplier reached) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long end = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            assertThat(never.await(20, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    private X509Certificate shown(RunningRouter router) {
        try (SSLSocket socket = certificates.connect(router.port(), "localhost")) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noneOfTwoHundredAndSixtyConnectionsWithTrafficEnds() throws Exception {
        certificates = new TestCertificates();
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/routers")), "tls");
        TestCertificates.Pair before = certificates.issue("localhost");
        TestCertificates.Pair after = certificates.issue("localhost");
        TestCertificates.write(folder, "main", before);
        try (RunningRouter router = RunningRouter.start(TestCertificates.settings(folder));
                Backend target = Backend.of(TlsReloadTest::serve);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            router.plainRoute("/", target.url());
            String head = "GET /a HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n";
            String upgrade = head + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: x\r\n\r\n";
            List<Worker> workers = new ArrayList<>();
            for (int i = 0; i < SOCKETS; i++) {
                String version = i % 3 == 0 ? "TLSv1.2" : "TLSv1.3";
                workers.add(worker(threads, router, version, upgrade, TlsReloadTest::echo));
            }
            for (int i = 0; i < REQUESTS; i++) {
                workers.add(worker(
                        threads,
                        router,
                        "TLSv1.3",
                        "",
                        client -> assertThat(client.send(head + "\r\n").answer().text())
                                .isEqualTo("hello")));
            }
            await(
                    "all at work",
                    () -> workers.stream().allMatch(one -> one.rounds().get() > 0));
            assertThat(shown(router)).isEqualTo(before.certificate());

            TestCertificates.write(folder, "main", after);
            await("the new one is shown", () -> shown(router).equals(after.certificate()));

            List<Integer> counts =
                    workers.stream().map(one -> one.rounds().get()).toList();
            await("all go on", () -> {
                for (int i = 0; i < counts.size(); i++) {
                    if (failures.isEmpty() && workers.get(i).rounds().get() < counts.get(i) + MORE) {
                        return false;
                    }
                }
                return true;
            });
            done.countDown();
            for (Worker one : workers) {
                one.work().get(20, TimeUnit.SECONDS);
            }

            assertThat(failures).isEmpty();
            assertThat(workers).hasSize(SOCKETS + REQUESTS);
        }
    }
}
