/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One person may have so much under way, over all their connections, cookies and tokens; nobody else notices when it is too much. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserBoundsTest {
    private RunningRouter router;
    private Backend target;
    private Backend engine;
    private volatile CountDownLatch release = new CountDownLatch(0);

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start(Map.of(
                "CARREL_ROUTER_MAX_REQUESTS_PER_USER", "3",
                "CARREL_ROUTER_MAX_WEBSOCKETS_PER_USER", "2",
                "CARREL_ROUTER_MAX_ENGINE_REQUESTS_PER_ADDRESS", "2",
                "CARREL_ROUTER_TRUSTED_PROXIES", "127.0.0.1",
                "CARREL_ROUTER_STALL_TIMEOUT", "500ms"));
        target = Backend.of(this::serve);
        engine = Backend.at(router.enginePort(), this::serve);
        router.ready("eve", target.url());
        router.ready("bob", target.url());
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        target.close();
        engine.close();
    }

    private void serve(Backend.Seen request, RawClient wire) throws Exception {
        switch (request.target()) {
            case "/held" -> {
                release.await(20, TimeUnit.SECONDS);
                wire.send(Backend.ok("held"));
            }
            case "/ws" ->
                wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n");
            case "/no-ws" -> wire.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            case "/drop" -> wire.reset();
            case "/odd" -> wire.send("what?\r\n\r\n");
            case "/half" -> {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                wire.close();
            }
            default -> wire.send(Backend.ok("ok" + request.body()));
        }
    }

    private String toEngine(String from, String target, String more) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\nX-Forwarded-For: " + from
                + "\r\nCookie: carrel-login=anything\r\n" + more + "\r\n";
    }

    private String token(String user) {
        return "Authorization: token " + router.apiToken(user, "self") + "\r\n";
    }

    private String byCookie(String user, String target, String more) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + router.authority(user) + "\r\nCookie: " + router.cookie(user)
                + "\r\n" + more + "\r\n";
    }

    private String byToken(String user, String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + router.authority(user) + "\r\nAuthorization: token "
                + router.apiToken(user, "self") + "\r\n\r\n";
    }

    private String webSocket(String user, String target) {
        return byCookie(
                user,
                target,
                "Origin: http://" + router.authority(user)
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: x\r\n");
    }

    private double places() {
        return router.part(MeterRegistry.class)
                .get("carrel.router.user.places")
                .gauge()
                .value();
    }

    private void awaitNoPlaces() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (places() != 0 && System.nanoTime() < end) {
            never.await(5, TimeUnit.MILLISECONDS);
        }
        assertThat(places()).isZero();
    }

    @Test
    void requestsOfOnePersonCountTogetherWhateverOpensTheWay() throws Exception {
        release = new CountDownLatch(1);
        target.forget();
        List<RawClient> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(router.raw().send(i == 0 ? byToken("eve", "/held") : byCookie("eve", "/held", "")));
            target.next();
        }

        try (RawClient more = router.raw();
                RawClient other = router.raw()) {
            for (String request : List.of(byCookie("eve", "/x", ""), byToken("eve", "/x"))) {
                RawClient.Answer refused = more.send(request).answer();
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.header("Retry-After")).isEqualTo("2");
                assertThat(refused.text()).contains("access.too-many-requests");
            }
            assertThat(other.send(byCookie("bob", "/x", "")).answer().text()).isEqualTo("ok");

            release.countDown();
            for (RawClient client : held) {
                assertThat(client.answer().text()).isEqualTo("held");
                client.close();
            }
            assertThat(more.send(byCookie("eve", "/x", "")).answer().text()).isEqualTo("ok");
        }
        awaitNoPlaces();
    }

    @Test
    void webSocketsHaveABoundOfTheirOwn() throws Exception {
        try (RawClient first = router.raw().send(webSocket("eve", "/ws"));
                RawClient second = router.raw().send(webSocket("eve", "/ws"))) {
            assertThat(first.head().status()).isEqualTo(101);
            assertThat(second.head().status()).isEqualTo(101);
            try (RawClient third = router.raw().send(webSocket("eve", "/ws"));
                    RawClient page = router.raw().send(byCookie("eve", "/x", ""));
                    RawClient other = router.raw().send(webSocket("bob", "/ws"))) {
                RawClient.Answer refused = third.head();
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.header("Retry-After")).isEqualTo("10");
                assertThat(page.answer().text()).isEqualTo("ok");
                assertThat(other.head().status()).isEqualTo(101);
            }
        }
        awaitNoPlaces();
        try (RawClient again = router.raw().send(webSocket("eve", "/ws"))) {
            assertThat(again.head().status()).isEqualTo(101);
        }
        awaitNoPlaces();
    }

    @Test
    void requestsToTheEngineWithATokenCountAsItsPersons() throws Exception {
        release = new CountDownLatch(1);
        target.forget();
        engine.forget();
        List<RawClient> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(router.raw()
                    .send(i == 0 ? byCookie("eve", "/held", "") : toEngine("192.0.2.1", "/held", token("eve"))));
            (i == 0 ? target : engine).next();
        }

        try (RawClient more = router.raw()) {
            for (String request : List.of(byCookie("eve", "/x", ""), toEngine("192.0.2.2", "/x", token("eve")))) {
                RawClient.Answer refused = more.send(request).answer();
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.text()).contains("access.too-many-requests");
            }
            for (String request : List.of(toEngine("192.0.2.1", "/x", token("bob")), toEngine("192.0.2.1", "/x", ""))) {
                assertThat(more.send(request).answer().text()).isEqualTo("ok");
            }
        }
        release.countDown();
        for (RawClient client : held) {
            assertThat(client.answer().text()).isEqualTo("held");
            client.close();
        }
        awaitNoPlaces();
    }

    /** Cookies of the engine's and tokens that are none tell the router nothing. */
    @Test
    void otherRequestsToTheEngineCountForTheAddressOrTheNetworkTheyComeFrom() throws Exception {
        for (List<String> network : List.of(
                List.of("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"),
                List.of("2001:db8::1", "2001:db8::1:2:3:4", "2001:db8:0:0:5::", "2001:db8:0:1::1"))) {
            release = new CountDownLatch(1);
            engine.forget();
            List<RawClient> held = new ArrayList<>();
            for (String from : network.subList(0, 2)) {
                held.add(router.raw().send(toEngine(from, "/held", "")));
                engine.next();
            }

            try (RawClient more = router.raw()) {
                for (String forged : List.of("", "Authorization: token v1.api.x.y.z\r\n")) {
                    RawClient.Answer refused =
                            more.send(toEngine(network.get(2), "/x", forged)).answer();
                    assertThat(refused.status()).isEqualTo(429);
                    assertThat(refused.header("Retry-After")).isEqualTo("2");
                    assertThat(refused.text()).contains("access.too-many-from-address");
                }
                assertThat(more.send(toEngine(network.get(3), "/x", ""))
                                .answer()
                                .text())
                        .isEqualTo("ok");
                assertThat(more.send(byCookie("eve", "/x", "")).answer().text()).isEqualTo("ok");
            }
            release.countDown();
            for (RawClient client : held) {
                assertThat(client.answer().text()).isEqualTo("held");
                client.close();
            }
            awaitNoPlaces();
        }
    }

    @Test
    void everyPlaceIsGivenBackHoweverARequestEnds() throws Exception {
        Random random = new Random(20_261_130);
        release = new CountDownLatch(0);
        for (int round = 0; round < 200; round++) {
            String user = random.nextBoolean() ? "eve" : "bob";
            try (RawClient client = router.raw()) {
                switch (random.nextInt(12)) {
                    case 0 -> client.send(byCookie(user, "/x", "")).answer();
                    case 1 -> client.send(byCookie(user, "/drop", "")).answer();
                    case 2 -> client.send(byCookie(user, "/odd", "")).answer();
                    case 3 -> client.send(byCookie(user, "/half", "")).head();
                    case 4 -> client.send(byCookie(user, "/x", "")).reset();
                    case 5 -> client.send(webSocket(user, "/ws"));
                    case 6 -> client.send(webSocket(user, "/no-ws")).head();
                    case 7 -> client.send(webSocket(user, "/ws")).reset();
                    case 8 -> client.send(toEngine("192.0.2.9", "/odd", "")).answer();
                    case 9 ->
                        client.send(toEngine("192.0.2.9", "/half", token(user))).head();
                    case 10 -> client.send(toEngine("192.0.2.9", "/x", "")).reset();
                    // A body that never comes: refused in the middle of the exchange.
                    default -> client.send(byCookie(user, "/x", "Content-Length: 5\r\n"));
                }
            }
        }
        awaitNoPlaces();
        try (RawClient stalled = router.raw().send(byCookie("eve", "/x", "Content-Length: 5\r\n"))) {
            assertThat(stalled.answer().status()).isEqualTo(408);
        }
        awaitNoPlaces();
    }
}
