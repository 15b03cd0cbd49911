/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.carrel.router.proxy.Loops;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** Whoever has gone leaves nothing behind: no memory held until some limit would have been reached, no descriptor after it has been. */
class AbandonedConnectionsTest {
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n";

    private static final String PROXY = "dev.carrel.router.proxy.";

    private static String upgrade(RunningRouter router) {
        return "GET /ws HTTP/1.1\r\nHost: " + router.baseAuthority()
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n";
    }

    /** How many objects of a class a full collection leaves alive. */
    private static int alive(String type) throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        Matcher row = Pattern.compile("(?m)^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+" + Pattern.quote(type) + "(\\s|$)")
                .matcher(histogram);
        return row.find() ? Integer.parseInt(row.group(1)) : 0;
    }

    /** Waits until no connection is left; what the loops still have to run has been run then, too. */
    private static void awaitClosed(RunningRouter router) {
        Gauge open = router.part(MeterRegistry.class)
                .get("carrel.router.connections")
                .gauge();
        do {
            router.part(Loops.class)
                    .transport()
                    .workers()
                    .forEach(loop -> loop.submit(() -> {}).awaitUninterruptibly());
        } while (open.value() > 0);
    }

    @Test
    void aClosedConnectionIsGarbageAtOnceThoughItsLimitsAreHours() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (RunningRouter router = RunningRouter.start(Map.of(
                        "CARREL_ROUTER_RESPONSE_TIMEOUT", "2h",
                        "CARREL_ROUTER_SILENCE_TIMEOUT", "2h"));
                Backend quick = Backend.saying("x");
                Backend silent = Backend.of((_, _) -> never.await());
                Backend container = Backend.of((_, wire) -> {
                    wire.send(SWITCHED);
                    wire.rest();
                })) {
            router.plainRoute("/quick", quick.url());
            router.plainRoute("/silent", silent.url());
            router.plainRoute("/ws", container.url());
            for (int i = 0; i < 50; i++) {
                router.get(router.baseAuthority(), "/quick", "");
                try (RawClient waiting = router.raw();
                        RawClient socket = router.raw()) {
                    waiting.send("GET /silent HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n");
                    silent.next();
                    assertThat(socket.send(upgrade(router)).head().status()).isEqualTo(101);
                    if (i == 0) {
                        assertThat(alive(PROXY + "Relay")).isEqualTo(1);
                    }
                }
            }
            awaitClosed(router);

            for (String type : List.of("ClientHandler", "Exchange", "Relay", "LoopWatch$Entry")) {
                assertThat(alive(PROXY + type)).as(type).isZero();
            }
            never.countDown();
        }
    }

    @Test
    void fiveThousandAbandonedConnectionsAreGoneAfterTheLimitAndTheirDescriptorsWithThem() throws Exception {
        int sockets = 2_000;
        int halfHeads = 3_000;
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<RawClient> abandoned = new ArrayList<>();
        try (RunningRouter router = RunningRouter.start(Map.of(
                        "CARREL_ROUTER_MAX_CONNECTIONS_PER_ADDRESS", "16384",
                        "CARREL_ROUTER_SILENCE_TIMEOUT", "3s",
                        "CARREL_ROUTER_HEADER_TIMEOUT", "3s"));
                Backend container = Backend.of((_, wire) -> {
                    wire.send(SWITCHED);
                    wire.rest();
                });
                ExecutorService callers = Executors.newFixedThreadPool(16)) {
            router.plainRoute("/ws", container.url());
            router.get(router.baseAuthority(), "/nothing", "");
            awaitClosed(router);
            long before = system.getOpenFileDescriptorCount();
            List<Future<RawClient>> opening = new ArrayList<>();
            for (int i = 0; i < sockets + halfHeads; i++) {
                boolean socket = i < sockets;
                opening.add(callers.submit(() -> {
                    RawClient client = router.raw();
                    if (socket) {
                        assertThat(client.send(upgrade(router)).head().status()).isEqualTo(101);
                    } else {
                        client.send("GET /half HTTP/1.1\r\nHost: x");
                    }
                    return client;
                }));
            }
            for (Future<RawClient> client : opening) {
                abandoned.add(client.get(40, TimeUnit.SECONDS));
            }

            for (RawClient client : abandoned) {
                client.rest();
            }
            awaitClosed(router);

            assertThat(alive(PROXY + "ClientHandler")).isZero();
            assertThat(alive(PROXY + "Relay")).isZero();
            for (RawClient client : abandoned) {
                client.close();
            }
            assertThat(system.getOpenFileDescriptorCount()).isBetween(before - 50, before + 50);
        }
    }
}
