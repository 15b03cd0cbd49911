/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import static dev.carrel.engine.session.SessionRig.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.engine.cluster.Instance;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.name.PortAddress;
import dev.carrel.protocol.name.PortName;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two engines on one database, each with a manager and a router of its own: neither touches what is the other's. */
@Timeout(60)
class SeveralInstancesTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private final FakeSessionStore store = new FakeSessionStore();
    private final FakePortStore ports = new FakePortStore();
    private final SessionRig one = new SessionRig(SessionRig.settings(100), store, ports, "one");
    private final SessionRig two = new SessionRig(SessionRig.settings(100), store, ports, "two");
    private TinyServer server;

    @BeforeEach
    void serve() throws IOException {
        server = new TinyServer(200);
        one.manager.port = server.port();
        two.manager.port = server.port();
        one.reconciler.start();
        two.reconciler.start();
    }

    @AfterEach
    void close() throws InterruptedException {
        one.reconciler.stop();
        two.reconciler.stop();
        server.close();
    }

    private void bothLook() throws InterruptedException {
        for (int round = 0; round < 3; round++) {
            one.reconciler.reconcile();
            two.reconciler.reconcile();
        }
    }

    @Test
    void aSessionRunsWhereItWasStartedAndIsLeftAloneByTheOther() throws Exception {
        Session ready = one.service.await(one.service.start(address("ada"), Optional.empty()), LONG);

        bothLook();

        assertThat(ready.instance()).isEqualTo("one");
        assertThat(store.get(ready.id()).state()).isEqualTo(SessionState.READY);
        assertThat(one.manager.containers).containsOnlyKeys(ready.id());
        assertThat(two.manager.containers).isEmpty();
        assertThat(one.table.table).containsOnlyKeys("ada--main.localhost");
        assertThat(two.table.table).isEmpty();
    }

    @Test
    void whoeverIsAskedForTheNextStartItRunsWhereTheHomeIs() throws Exception {
        one.service.await(one.service.start(address("ada"), Optional.empty()), LONG);
        one.service.await(one.service.stop(address("ada"), Reason.ASKED), LONG);

        Session again = two.service.await(two.service.start(address("ada"), Optional.empty()), LONG);

        assertThat(again.state()).isEqualTo(SessionState.READY);
        assertThat(again.instance()).isEqualTo("one");
        assertThat(one.manager.containers).containsOnlyKeys(again.id());
        assertThat(two.manager.containers).isEmpty();
    }

    @Test
    void aPortThatTheOtherWasAskedToOpenIsToldByTheEngineOfTheSession() throws Exception {
        Session ready = one.service.await(one.service.start(address("ada"), Optional.empty()), LONG);
        PortAddress dash = new PortAddress(ready.address(), new PortName("dash"));
        ports.put(new SessionPort(dash, 8050, List.of(UserName.of("bob")), SessionRig.NOW));

        two.service.portsChanged(ready.address());
        bothLook();

        assertThat(two.table.table).isEmpty();
        assertThat(one.table.table.get("ada--main.localhost").ports())
                .containsExactly(new Routes.Port("dash", 8050, dash.host("localhost"), List.of("bob")));
    }

    @Test
    void aStopThatTheOtherWasAskedForIsDoneByItsOwnEngine() throws Exception {
        one.service.await(one.service.start(address("ada"), Optional.empty()), LONG);

        Session stopped = two.service.await(two.service.stop(address("ada"), Reason.ASKED), LONG);

        assertThat(stopped.state()).isEqualTo(SessionState.STOPPED);
        assertThat(one.manager.containers).isEmpty();
        assertThat(two.manager.commands).noneMatch(c -> c instanceof Command.StopSession);
    }

    @Test
    void whileTheMachineOfAHomeIsAwayItsSessionsAreNotStartedElsewhere() throws Exception {
        one.service.await(one.service.start(address("ada"), Optional.empty()), LONG);
        one.service.await(one.service.stop(address("ada"), Reason.ASKED), LONG);
        store.instances.instances.put("one", new Instance("one", "one", "127.0.0.1", 1, Instant.EPOCH));

        assertThatThrownBy(() -> two.service.start(address("ada"), Optional.empty()))
                .isInstanceOf(SessionFailure.class)
                .hasMessageContaining("on the machine \"one\", which does not answer")
                .hasMessageContaining("They are safe there");
        assertThat(two.manager.containers).isEmpty();
    }
}
