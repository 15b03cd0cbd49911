/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A router that is told to stop finishes what it has begun, takes nothing new and leaves nobody waiting. */
class StoppingTest {
    @Test
    void finishesARequestUnderWayAndClosesItsConnection() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (RunningRouter router = RunningRouter.start();
                Backend slow = Backend.of((_, wire) -> {
                    assertThat(answer.await(20, TimeUnit.SECONDS)).isTrue();
                    wire.send(Backend.ok("finished"));
                });
                RawClient resting = router.raw();
                RawClient busy = router.raw()) {
            router.plainRoute("/slow", slow.url());
            resting.send("GET /_chp_healthz HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n")
                    .answer();
            busy.send("GET /slow HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n");
            slow.next();

            CompletableFuture<Void> stopping = CompletableFuture.runAsync(router::stop);

            assertThat(resting.rest()).as("a connection without a request").isEmpty();
            assertThatThrownBy(router::raw).isInstanceOf(IOException.class);
            answer.countDown();
            RawClient.Answer last = busy.answer();
            assertThat(last.text()).isEqualTo("finished");
            assertThat(last.header("Connection")).isEqualTo("close");
            assertThat(busy.rest()).isEmpty();
            stopping.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void cutsOffWhatDoesNotFinishInTime() throws Exception {
        try (RunningRouter router = RunningRouter.start(Map.of("CARREL_ROUTER_DRAIN", "100ms"));
                Backend never = Backend.of((_, wire) -> wire.rest());
                RawClient client = router.raw()) {
            router.plainRoute("/never", never.url());
            client.send("GET /never HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n\r\n");
            never.next();

            router.stop();

            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void doesNotWaitForWebSocketsAndClosesThem() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (RunningRouter router = RunningRouter.start(Map.of("CARREL_ROUTER_DRAIN", "10m"));
                Backend container = Backend.of((_, wire) -> {
                    wire.send(
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n");
                    wire.rest();
                    ended.countDown();
                });
                RawClient client = router.raw()) {
            router.plainRoute("/ws", container.url());
            client.send("GET /ws HTTP/1.1\r\nHost: " + router.baseAuthority()
                            + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n")
                    .head();

            router.stop();

            assertThat(client.rest()).isEmpty();
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void tellsAPortThatIsTaken() throws Exception {
        try (RunningRouter router = RunningRouter.start()) {
            assertThatThrownBy(() -> dev.carrel.chassis.boot.Boot.start(
                            RouterProcess.spec(router.environment()), router.data(), router.environment()))
                    .hasStackTraceContaining(Integer.toString(router.port() + 4));
        }
    }
}
