/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A thousand clients that send slowly, read slowly or do nothing at all take nothing from those who do not. */
class SlowClientsTest {
    private static final int LARGE = 8 * 1024 * 1024;

    private static double connections(RunningRouter router) {
        return router.part(MeterRegistry.class)
                .get("carrel.router.connections")
                .gauge()
                .value();
    }

    private static RawClient smallWindow(RunningRouter router) throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), router.port()));
        return new RawClient(socket);
    }

    @Test
    void goodClientsAreServedWhileAThousandSlowOnesAreThere() throws Exception {
        List<RawClient> slow = new ArrayList<>();
        try (RunningRouter router = RunningRouter.start(Map.of(
                        "CARREL_ROUTER_WORKERS",
                        "2",
                        "CARREL_ROUTER_HEADER_TIMEOUT",
                        "10m",
                        "CARREL_ROUTER_STALL_TIMEOUT",
                        "10m",
                        "CARREL_ROUTER_IDLE_TIMEOUT",
                        "10m"));
                Backend target = Backend.of((request, wire) -> {
                    if (request.target().endsWith("large")) {
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                        wire.send(new byte[LARGE]);
                    } else {
                        wire.send(Backend.ok("got " + request.body()));
                    }
                })) {
            router.plainRoute("/t", target.url());
            String host = " HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n";
            for (int i = 0; i < 400; i++) {
                slow.add(router.raw().send("GET /t/x" + host + "X-Slow: "));
            }
            for (int i = 0; i < 350; i++) {
                slow.add(router.raw().send("POST /t/x" + host + "Content-Length: 100\r\n\r\nhalf"));
            }
            for (int i = 0; i < 50; i++) {
                slow.add(smallWindow(router).send("GET /t/large" + host + "\r\n"));
            }
            for (int i = 0; i < 200; i++) {
                slow.add(router.raw());
            }

            int served = 0;
            for (int i = 0; i < 100; i++) {
                try (RawClient good = router.raw()) {
                    RawClient.Answer answer = good.send("POST /t/good" + host + "Content-Length: 4\r\n\r\ngood")
                            .answer();
                    served += answer.status() == 200 && answer.text().equals("got good") ? 1 : 0;
                }
            }

            assertThat(served).isEqualTo(100);
            assertThat(connections(router)).as("slow ones still there").isGreaterThanOrEqualTo(1000);
        } finally {
            for (RawClient client : slow) {
                client.close();
            }
        }
    }
}
