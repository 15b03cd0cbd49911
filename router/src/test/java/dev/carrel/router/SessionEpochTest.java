/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.name.SessionAddress;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A connection belongs to one start of a session, though another has the same address: it is neither used for the other nor kept for later. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionEpochTest {
    private RunningRouter router;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start(Map.of("CARREL_ROUTER_WORKERS", "1", "CARREL_ROUTER_POOL_IDLE", "10m"));
    }

    @AfterAll
    void stop() {
        router.close();
    }

    private String visit(SessionAddress session) throws Exception {
        String user = session.user().value();
        return router.get(router.authority(user), session.basePath(), "Cookie: " + router.cookie(user) + "\r\n")
                .text();
    }

    @Test
    void twoSessionsAtOneAddressShareNoConnection() throws Exception {
        try (Backend target = Backend.saying("x")) {
            SessionAddress first = router.ready("anna", target.url());
            SessionAddress second = router.ready("berta", target.url());
            for (int i = 0; i < 5; i++) {
                assertThat(visit(first)).isEqualTo("x");
                assertThat(visit(second)).isEqualTo("x");
            }

            assertThat(target.connections()).isEqualTo(2);
        }
    }

    @Test
    void theNextStartOfASessionAtTheSameAddressGetsAConnectionOfItsOwn() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        try (Backend target = backend(ended)) {
            SessionAddress session = router.ready("carla", target.url());
            assertThat(visit(session)).isEqualTo("x");

            router.ready("carla", target.url());

            assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("ended");
            assertThat(visit(session)).isEqualTo("x");
            assertThat(target.connections()).isEqualTo(2);
        }
    }

    @Test
    void whatRestsIsClosedWhenTheSessionStops() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        try (Backend target = backend(ended)) {
            assertThat(visit(router.ready("dora", target.url()))).isEqualTo("x");

            router.session("dora", "stopped", "", "You stopped it.");

            assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("ended");
        }
    }

    @Test
    void whatRestsIsClosedWhenTheRouteIsDeleted() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        try (Backend target = backend(ended)) {
            assertThat(visit(router.ready("edda", target.url()))).isEqualTo("x");

            assertThat(router.control("DELETE", "/api/routes/user/edda", "").statusCode())
                    .isEqualTo(204);

            assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("ended");
        }
    }

    @Test
    void tellingTheSameRouteAgainClosesNothing() throws Exception {
        try (Backend target = Backend.saying("x")) {
            SessionAddress session = new SessionAddress(
                    dev.carrel.protocol.name.UserName.of("frida"), dev.carrel.protocol.name.ServerName.DEFAULT);
            String route = RunningRouter.sessionJson(session, "ready", target.url(), "")
                    .toString();
            for (int i = 0; i < 3; i++) {
                router.route(session.basePath(), route);
                assertThat(visit(session)).isEqualTo("x");
            }

            assertThat(target.connections()).isEqualTo(1);
        }
    }

    private static Backend backend(BlockingQueue<String> ended) throws Exception {
        return Backend.of((_, wire) -> {
            wire.send(Backend.ok("x"));
            // Returns when the router closes the connection; a second request would be in the way.
            String rest = wire.rest();
            ended.add(rest.isEmpty() ? "ended" : rest);
        });
    }
}
