/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The manager keeps nothing that matters in its memory, and touches nothing that is not its own. */
class RestartIT {
    private LiveManager manager;

    @BeforeEach
    void start() throws Exception {
        manager = LiveManager.start("", "");
    }

    @AfterEach
    void stop() throws Exception {
        manager.close();
    }

    @Test
    void aNewManagerAdoptsRunningSessionsAsTheyAre() throws Exception {
        Command.StartSession start = LiveManager.session("idle");
        SessionContainer before = manager.start(start);

        manager.restart();

        assertThat(((Result.Sessions) manager.call(new Command.Recover())).containers())
                .containsExactly(before);
        assertThat(manager.start(start)).isEqualTo(before);
        manager.call(new Command.Subscribe());
        manager.call(new Command.StopSession(start.session(), Duration.ofSeconds(10)));
        manager.await(Event.SessionExited.class, e -> e.containerId().equals(before.containerId()));
    }

    @Test
    void aStartThatWasCutOffBetweenCreatingAndStartingIsFinished() throws Exception {
        Command.StartSession start = LiveManager.session("idle");
        manager.start(LiveManager.session("idle"));
        manager.stop();
        // What a manager killed in between leaves behind.
        String id = manager.docker
                .createContainerCmd(LiveManager.IMAGE)
                .withName(manager.name(start.session()))
                .withCmd("sleep", "1000")
                .withLabels(Map.of(
                        "dev.carrel.install", manager.install(),
                        "dev.carrel.session", start.session().value(),
                        "dev.carrel.image", "idle",
                        "dev.carrel.home", start.home().value(),
                        "dev.carrel.port", "8888"))
                .exec()
                .getId();
        manager.startAgain();

        SessionContainer adopted = manager.start(start);

        assertThat(adopted.containerId()).isEqualTo(id);
        assertThat(adopted.running()).isTrue();
    }

    @Test
    void aForeignContainerOfOurNameIsNeitherAdoptedNorStoppedNorRemoved() throws Exception {
        Command.StartSession start = LiveManager.session("idle");
        String foreign = manager.docker
                .createContainerCmd(LiveManager.IMAGE)
                .withName(manager.name(start.session()))
                .withCmd("sleep", "1000")
                .withLabels(Map.of(
                        "dev.carrel.install",
                        "aaaaaaaa",
                        "dev.carrel.session",
                        start.session().value()))
                .exec()
                .getId();
        try {
            manager.docker.startContainerCmd(foreign).exec();

            assertThatThrownBy(() -> manager.start(start))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("not ours");
            manager.call(new Command.StopSession(start.session(), Duration.ZERO));
            manager.call(new Command.RemoveSession(start.session()));
            assertThatThrownBy(() -> manager.call(new Command.TailLog(start.session(), 1)))
                    .isInstanceOf(CommandFailure.class);

            assertThat(((Result.Sessions) manager.call(new Command.ListSessions())).containers())
                    .isEqualTo(List.of());
            assertThat(manager.docker
                            .inspectContainerCmd(foreign)
                            .exec()
                            .getState()
                            .getRunning())
                    .isTrue();
        } finally {
            manager.docker.removeContainerCmd(foreign).withForce(true).exec();
        }
    }
}
