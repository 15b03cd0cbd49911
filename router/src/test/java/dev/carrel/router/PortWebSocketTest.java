/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Purpose;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** WebSockets to named ports end with the right that opened them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PortWebSocketTest {
    private static final SessionAddress ALICE = new SessionAddress(UserName.of("alice"), ServerName.DEFAULT);
    private static final String HOST = "dash--alice--main.localhost";
    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private RunningRouter router;
    private Backend application;

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start();
        application = Backend.of((request, wire) -> {
            wire.send(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n");
            for (String line = wire.text(4); !line.equals("bye!"); line = wire.text(4)) {
                wire.send(line);
            }
            throw new IOException("done");
        });
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        application.close();
    }

    @BeforeEach
    void open() throws Exception {
        share("bob");
    }

    private void share(String... names) throws Exception {
        ObjectNode json = RunningRouter.sessionJson(ALICE, "ready", "http://127.0.0.1:9", "");
        ArrayNode shares = ((ObjectNode) json.path("session"))
                .putArray("ports")
                .addObject()
                .put("name", "dash")
                .put("port", application.port())
                .put("host", HOST)
                .putArray("shares");
        List.of(names).forEach(shares::add);
        router.route(ALICE.basePath(), json.toString());
    }

    private RawClient connect(String user, String origin) throws IOException {
        String cookie = router.sign(Purpose.SESSION, RunningRouter.claims(user, HOST, Duration.ofHours(1)));
        return router.raw()
                .send("GET /ws HTTP/1.1\r\nHost: " + HOST + ":" + router.port() + "\r\n" + UPGRADE
                        + "Cookie: carrel-session=" + cookie + "\r\nOrigin: " + origin + "\r\n\r\n");
    }

    private String own() {
        return "http://" + HOST + ":" + router.port();
    }

    private RawClient connected(String user) throws IOException {
        RawClient client = connect(user, own());
        assertThat(client.answer().status()).isEqualTo(101);
        assertThat(client.send("ping").text(4)).isEqualTo("ping");
        return client;
    }

    @Test
    void isOpenedByPagesOfItsOwnOriginOnly() throws Exception {
        try (RawClient foreign = connect("bob", "http://alice--main.localhost:" + router.port())) {
            assertThat(foreign.answer().status()).isEqualTo(403);
        }
        try (RawClient stranger = connect("carol", own())) {
            assertThat(stranger.answer().status()).isEqualTo(403);
        }
        connected("bob").close();
    }

    @Test
    void endsForThoseWithWhomThePortIsNoLongerSharedAndLivesOnForOthers() throws Exception {
        share("bob", "carol");
        try (RawClient bob = connected("bob");
                RawClient carol = connected("carol");
                RawClient alice = connected("alice")) {
            share("carol");

            assertThat(bob.maybeLine()).isEmpty();
            assertThat(carol.send("ping").text(4)).isEqualTo("ping");
            assertThat(alice.send("ping").text(4)).isEqualTo("ping");
        }
    }

    @Test
    void endsForEverybodyWhenThePortIsClosed() throws Exception {
        try (RawClient bob = connected("bob");
                RawClient alice = connected("alice")) {
            router.route(
                    ALICE.basePath(),
                    RunningRouter.sessionJson(ALICE, "ready", "http://127.0.0.1:9", "")
                            .toString());

            assertThat(bob.maybeLine()).isEmpty();
            assertThat(alice.maybeLine()).isEmpty();
        }
    }
}
