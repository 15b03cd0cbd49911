/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import static dev.carrel.engine.session.SessionRig.address;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A start that is asked for while a stop is under way. */
@Timeout(60)
class RestartsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private final SessionRig rig = new SessionRig();
    private TinyServer server;

    @BeforeEach
    void serve() throws IOException {
        server = new TinyServer(200);
        rig.manager.port = server.port();
        rig.reconciler.start();
    }

    @AfterEach
    void close() throws InterruptedException {
        rig.manager.letStops();
        rig.reconciler.stop();
        server.close();
    }

    private Session stopping() throws Exception {
        rig.service.await(rig.service.start(address("ada"), Optional.empty()), LONG);
        rig.manager.holdStops();
        return rig.service.stop(address("ada"), Reason.ADMIN);
    }

    private Session latest() {
        return rig.service.find(address("ada")).orElseThrow();
    }

    @Test
    void followsTheStopAsSoonAsThatHasEnded() throws Exception {
        Session first = stopping();

        rig.service.restart(address("ada"), Optional.of("other"));
        rig.service.restart(address("ada"), Optional.of("other"));

        assertThat(rig.service.restarting(address("ada"))).isTrue();
        assertThat(latest().id()).isEqualTo(first.id());
        rig.manager.letStops();
        rig.until(() -> latest().state() == SessionState.READY);
        assertThat(latest().state()).isEqualTo(SessionState.READY);
        assertThat(latest().id()).isNotEqualTo(first.id());
        assertThat(latest().image()).isEqualTo("other");
        rig.until(() -> !rig.service.restarting(address("ada")));
        assertThat(rig.service.restarting(address("ada"))).isFalse();
    }

    @Test
    void isTakenBackByAnotherStop() throws Exception {
        Session first = stopping();
        rig.service.restart(address("ada"), Optional.empty());

        rig.service.stop(address("ada"), Reason.ASKED);

        assertThat(rig.service.restarting(address("ada"))).isFalse();
        rig.manager.letStops();
        assertThat(rig.untilEnded(first).state()).isEqualTo(SessionState.STOPPED);
        assertThat(latest().id()).isEqualTo(first.id());
    }

    @Test
    void isAnOrdinaryStartWhenNothingStops() throws Exception {
        rig.service.restart(address("ada"), Optional.empty());

        assertThat(rig.service.restarting(address("ada"))).isFalse();
        assertThat(rig.service.await(latest(), LONG).state()).isEqualTo(SessionState.READY);
    }
}
