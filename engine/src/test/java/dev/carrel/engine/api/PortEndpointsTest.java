/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.port.Ports;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.signin.AuditEvent;
import dev.carrel.engine.signin.Caller;
import dev.carrel.protocol.name.UserName;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A person opens ports of their sessions under names, shares and closes them. */
class PortEndpointsTest {
    private static final String PORTS = "/hub/api/users/ada/server/ports";

    @TempDir
    Path folder;

    private ApiRig rig;
    private ApiClient ada;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        rig.add("bob", false);
        ada = rig.as("ada");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void isListedAsItWasOpenedAndGoneOnceItIsClosed() {
        ApiClient.Answer opened = ada.send("PUT", PORTS + "/dash", "{\"port\": 8050, \"shares\": [\"Bob\", \"ada\"]}");

        assertThat(opened.status()).isEqualTo(201);
        assertThat(ApiRig.normal(opened.json())).isEqualTo(ApiRig.normal("""
                {"name": "dash", "port": 8050, "shares": ["bob"], "created": "%s", "path": "/user/ada/ports/dash/",
                 "url": "http://dash--ada--main.localhost:8000/"}""".formatted(
                        opened.json().path("created").asText())));
        assertThat(ada.get(PORTS + "/dash").body()).isEqualTo(opened.body());
        assertThat(ada.get(PORTS).json().path("ports")).containsExactly(opened.json());
        assertThat(ada.get("/hub/api/users/ada/servers//ports").json().path("ports"))
                .containsExactly(opened.json());

        assertThat(ada.delete(PORTS + "/dash").status()).isEqualTo(204);
        assertThat(ada.delete(PORTS + "/dash").status()).isEqualTo(404);
        assertThat(ada.get(PORTS).json().path("ports")).isEmpty();
    }

    @Test
    void openedAgainItHasTheNewPortAndTheNewShares() {
        ada.send("PUT", PORTS + "/dash", "{\"port\": 8050, \"shares\": [\"bob\"]}");

        ApiClient.Answer again = ada.send("PUT", PORTS + "/dash", "{\"port\": 8051}");

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("port").asInt()).isEqualTo(8051);
        assertThat(again.json().path("shares")).isEmpty();
    }

    @Test
    void everyChangeIsInTheAuditLog() {
        ada.send("PUT", PORTS + "/dash", "{\"port\": 8050, \"shares\": [\"bob\"]}");
        ada.send("PUT", PORTS + "/dash", "{\"port\": 8050}");
        ada.delete(PORTS + "/dash");

        assertThat(rig.audit())
                .filteredOn(event -> event.action().startsWith("port."))
                .extracting(AuditEvent::actor, AuditEvent::action, AuditEvent::subject, AuditEvent::result)
                .map(Object::toString)
                .containsExactly(
                        "(\"ada\", \"port.closed\", \"ada//dash\", \"done\")",
                        "(\"ada\", \"port.changed\", \"ada//dash\", \"port 8050\")",
                        "(\"ada\", \"port.opened\", \"ada//dash\", \"port 8050, shared with \"bob\"\")");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"port\": \"8050\"}",
                "{\"port\": 0}",
                "{\"port\": 80}",
                "{\"port\": 1023}",
                "{\"port\": 65536}",
                "{\"port\": -8050}",
                "{\"port\": 4294975346}",
                "{\"port\": 8050.5}",
                "{\"port\": 8050, \"shares\": \"bob\"}",
                "{\"port\": 8050, \"shares\": [\"a/b\"]}",
                "{\"port\": 8050, \"shares\": [1]}"
            })
    void whatIsNoPortIsRefused(String body) {
        assertThat(ada.send("PUT", PORTS + "/dash", body).status()).isEqualTo(400);
        assertThat(ada.get(PORTS).json().path("ports")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Dash", "-a", "a_b", "a.b", "aaaaaaaaaaaaaaaaaaaaa", "a%2Fb", "%C3%BC"})
    void whatIsNoNameIsRefused(String name) {
        assertThat(ada.send("PUT", PORTS + "/" + name, "{\"port\": 8050}").status())
                .isEqualTo(400);
    }

    @Test
    void theSessionsOwnServerIsSharedWithNobody() {
        assertThat(ada.post("/hub/api/users/ada/server", "").status()).isEqualTo(201);
        int own = rig.sessions.serverPort();

        ApiClient.Answer refused = ada.send("PUT", PORTS + "/mine", "{\"port\": " + own + "}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.message()).contains("is the session's own server's");
    }

    @Test
    void aNamedServerMustBeThere() {
        String gpu = "/hub/api/users/ada/servers/gpu/ports";
        assertThat(ada.send("PUT", gpu + "/dash", "{\"port\": 8050}").status()).isEqualTo(404);

        rig.put(ApiRig.address("ada", "gpu"), SessionState.STOPPED);

        assertThat(ada.send("PUT", gpu + "/dash", "{\"port\": 8050}").status()).isEqualTo(201);
        assertThat(ada.get(gpu).json().path("ports")).hasSize(1);
        assertThat(ada.get(PORTS).json().path("ports")).isEmpty();
    }

    @Test
    void itsPortsGoWithANamedServerThatIsRemoved() {
        rig.put(ApiRig.address("ada", "gpu"), SessionState.STOPPED);
        ada.send("PUT", "/hub/api/users/ada/servers/gpu/ports/dash", "{\"port\": 8050}");

        assertThat(ada.send("DELETE", "/hub/api/users/ada/servers/gpu", "{\"remove\": true}")
                        .status())
                .isEqualTo(204);

        rig.put(ApiRig.address("ada", "gpu"), SessionState.STOPPED);
        assertThat(ada.get("/hub/api/users/ada/servers/gpu/ports").json().path("ports"))
                .isEmpty();
    }

    @Test
    void sixteenMayBeOpenAndOneOfThemMayStillBeChanged() {
        for (int i = 0; i < Ports.MOST; i++) {
            assertThat(ada.send("PUT", PORTS + "/p" + i, "{\"port\": 8050}").status())
                    .isEqualTo(201);
        }

        assertThat(ada.send("PUT", PORTS + "/more", "{\"port\": 8050}").status())
                .isEqualTo(409);
        assertThat(ada.send("PUT", PORTS + "/p3", "{\"port\": 8051}").status()).isEqualTo(200);
        assertThat(ada.get(PORTS).json().path("ports")).hasSize(Ports.MOST);
    }

    @Test
    void neverMoreThanSixteenAreOpenHoweverManyAreOpenedAtOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, 40)
                    .<Callable<Integer>>mapToObj(i -> () -> {
                        go.await();
                        return ada.send("PUT", PORTS + "/p" + i, "{\"port\": 8050}")
                                .status();
                    })
                    .forEach(threads::submit);
            go.countDown();
        }

        assertThat(ada.get(PORTS).json().path("ports")).hasSizeLessThanOrEqualTo(Ports.MOST);
    }

    @Test
    void isSharedWithAtMostFifty() {
        StringBuilder names = new StringBuilder("\"u\"");
        for (int i = 0; i < Ports.MOST_SHARES; i++) {
            names.append(",\"u").append(i).append('"');
        }

        assertThat(ada.send("PUT", PORTS + "/dash", "{\"port\": 8050, \"shares\": [" + names + "]}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void whetherThoseItIsSharedWithExistIsToldToNobody() {
        ApiClient.Answer there = ada.send("PUT", PORTS + "/a", "{\"port\": 8050, \"shares\": [\"bob\"]}");
        ApiClient.Answer nowhere = ada.send("PUT", PORTS + "/b", "{\"port\": 8050, \"shares\": [\"zoe\"]}");

        assertThat(nowhere.status()).isEqualTo(there.status()).isEqualTo(201);
    }

    @Test
    void aTokenForOneServerOpensPortsOfThatOneAlone() {
        rig.put(ApiRig.address("ada", "gpu"), SessionState.STOPPED);
        ApiClient notebook = rig.as("ada", "shares!server=ada/gpu");

        assertThat(notebook.send("PUT", "/hub/api/users/ada/servers/gpu/ports/dash", "{\"port\": 8050}")
                        .status())
                .isEqualTo(201);
        assertThat(notebook.send("PUT", PORTS + "/dash", "{\"port\": 8050}").status())
                .isEqualTo(404);
    }

    @Test
    void whoIsDeletedIsNoLongerSharedWith() {
        ada.send("PUT", PORTS + "/dash", "{\"port\": 8050, \"shares\": [\"bob\", \"carol\"]}");

        rig.accounts().delete(UserName.of("bob"), Caller.COMMAND_LINE);

        assertThat(ada.get(PORTS + "/dash").json().path("shares").toString()).isEqualTo("[\"carol\"]");
    }
}
