/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Connections to targets are used again, never by two at once, and a request is repeated only where that does no harm. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpstreamPoolTest {
    private RunningRouter router;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start(Map.of("CARREL_ROUTER_WORKERS", "1"));
    }

    @AfterAll
    void stop() {
        router.close();
    }

    private String request(String method, String path, String body) {
        return method + " " + path + " HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\n"
                + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n") + "\r\n" + body;
    }

    @Test
    void oneConnectionServesManyClientsOneAfterAnother() throws Exception {
        try (Backend target = Backend.saying("x")) {
            router.plainRoute("/reuse", target.url());
            for (int i = 0; i < 20; i++) {
                try (RawClient client = router.raw()) {
                    assertThat(client.send(request(i % 2 == 0 ? "GET" : "POST", "/reuse", ""))
                                    .answer()
                                    .text())
                            .isEqualTo("x");
                }
            }
            assertThat(target.connections()).isEqualTo(1);
        }
    }

    @Test
    void aConnectionTheTargetWantsClosedIsNotKept() throws Exception {
        try (Backend target = Backend.of(
                (_, wire) -> wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"))) {
            router.plainRoute("/close", target.url());
            for (int i = 0; i < 3; i++) {
                assertThat(router.get(router.baseAuthority(), "/close", "").text())
                        .isEqualTo("x");
            }
            assertThat(target.connections()).isEqualTo(3);
        }
    }

    @Test
    void aGetMeetsAGivenUpConnectionAndIsSentAgainOnAFreshOne() throws Exception {
        BlockingQueue<RawClient> wires = new LinkedBlockingQueue<>();
        try (Backend target = Backend.of((request, wire) -> {
            if (request.target().endsWith("drop") && wires.poll() != null) {
                // The second request of a connection finds it given up.
                wire.reset();
                return;
            }
            wires.add(wire);
            wire.send(Backend.ok("x"));
        })) {
            router.plainRoute("/stale", target.url());
            assertThat(router.get(router.baseAuthority(), "/stale/first", "").text())
                    .isEqualTo("x");

            assertThat(router.get(router.baseAuthority(), "/stale/drop", "").text())
                    .isEqualTo("x");

            assertThat(target.connections()).isEqualTo(2);
        }
    }

    @Test
    void aPostIsNeverSentTwice() throws Exception {
        try (Backend target = Backend.of((request, wire) -> {
            request.body();
            if (request.line().startsWith("POST")) {
                wire.reset();
                return;
            }
            wire.send(Backend.ok("x"));
        })) {
            router.plainRoute("/once", target.url());
            assertThat(router.get(router.baseAuthority(), "/once", "").text()).isEqualTo("x");
            target.forget();
            try (RawClient client = router.raw()) {
                assertThat(client.send(request("POST", "/once", "pay")).answer().status())
                        .isEqualTo(503);
            }
            assertThat(target.unseen()).isEqualTo(1);
        }
    }

    @Test
    void bytesNobodyAskedForMakeAConnectionUnusable() throws Exception {
        try (Backend target = Backend.of((request, wire) -> wire.send(Backend.ok("x")
                + (request.target().endsWith("more") ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil" : "")))) {
            router.plainRoute("/split", target.url());
            try (RawClient client = router.raw()) {
                assertThat(client.send(request("GET", "/split/more", ""))
                                .answer()
                                .text())
                        .isEqualTo("x");
                assertThat(client.send(request("GET", "/split/next", ""))
                                .answer()
                                .text())
                        .isEqualTo("x");
            }
            assertThat(target.connections()).isEqualTo(2);
        }
    }

    @Test
    void requestsAtOnceGetConnectionsOfTheirOwn() throws Exception {
        try (Backend target = Backend.of((request, wire) -> {
                    if (request.target().endsWith("slow")) {
                        wire.line();
                    }
                    wire.send(Backend.ok("x"));
                });
                RawClient slow = router.raw()) {
            router.plainRoute("/own", target.url());
            slow.send("POST /own/slow HTTP/1.1\r\nHost: " + router.baseAuthority() + "\r\nContent-Length: 6\r\n\r\n");
            target.next();

            assertThat(router.get(router.baseAuthority(), "/own/quick", "").text())
                    .isEqualTo("x");

            assertThat(target.connections()).isEqualTo(2);
            assertThat(slow.send("done\r\n").answer().text()).isEqualTo("x");
        }
    }

    @Test
    void anUnusedConnectionIsClosedAfterAWhile() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        try (RunningRouter quick = RunningRouter.start(Map.of("CARREL_ROUTER_POOL_IDLE", "100ms"));
                Backend target = Backend.of((_, wire) -> {
                    wire.send(Backend.ok("x"));
                    ended.add("ended" + wire.rest());
                })) {
            quick.plainRoute("/idle", target.url());
            assertThat(quick.get(quick.baseAuthority(), "/idle", "").text()).isEqualTo("x");

            assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("ended");
        }
    }
}
