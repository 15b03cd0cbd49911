/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.VolumeId;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A session from start to removal, against the real Docker engine and the real session image. */
class SessionLifeIT {
    private static LiveManager manager;

    @BeforeAll
    static void start() throws Exception {
        manager = LiveManager.start("", "");
    }

    @AfterAll
    static void stop() throws Exception {
        manager.close();
    }

    @Test
    void aStartedSessionAnswersAtItsAddressToItsTokenOnly() throws Exception {
        SessionContainer session = manager.start(LiveManager.session("default"));

        assertThat(session.running()).isTrue();
        assertThat(LiveManager.status(session, "/user/alice/api/contents", Optional.of(LiveManager.TOKEN)))
                .isEqualTo(200);
        assertThat(LiveManager.status(session, "/user/alice/api/contents", Optional.empty()))
                .isEqualTo(403);
    }

    @Test
    void aSessionStartedTwiceHasOneContainer() throws Exception {
        Command.StartSession start = LiveManager.session("idle");

        SessionContainer first = manager.start(start);
        SessionContainer second = manager.start(start);

        assertThat(second).isEqualTo(first);
    }

    @Test
    void aSessionIdThatWasStartedBeforeIsNotStartedWithAnotherHome() throws Exception {
        Command.StartSession start = LiveManager.session("idle");
        manager.start(start);

        assertThatThrownBy(() ->
                        manager.start(LiveManager.session("idle", start.session(), VolumeId.random(), Limits.POLICY)))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.REJECTED));
        assertThat(manager.inspect(start.session()).getState().getRunning()).isTrue();
    }

    @Test
    void aStoppedSessionKeepsItsLogUntilItIsRemovedAndIsNotStartedAgain() throws Exception {
        Command.StartSession start = LiveManager.session("idle");
        manager.start(start);
        SessionId id = start.session();

        manager.awaitLine(id, "idle");
        manager.call(new Command.StopSession(id, Duration.ofSeconds(10)));

        assertThat(manager.await(Event.SessionExited.class, e -> e.session().equals(id))
                        .oomKilled())
                .isFalse();
        SessionContainer stopped = ((Result.Session) manager.call(new Command.InspectSession(id))).container();
        assertThat(stopped.running()).isFalse();
        assertThat(stopped.address()).isNull();
        assertThat(stopped.exitCode()).isZero();
        assertThat(((Result.LogLines) manager.call(new Command.TailLog(id, 5))).lines())
                .containsExactly("idle");
        assertThatThrownBy(() -> manager.start(start))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.REJECTED))
                .hasMessageContaining("has ended with exit code 0");
        assertThat(manager.exists(manager.name(id))).isTrue();

        manager.call(new Command.RemoveSession(id));

        assertThat(manager.await(Event.SessionRemoved.class, e -> e.session().equals(id))
                        .containerId())
                .isEqualTo(stopped.containerId());
        assertThat(manager.exists(manager.name(id))).isFalse();
        assertThat(manager.call(new Command.RemoveSession(id))).isEqualTo(new Result.Done());
        assertThat(manager.call(new Command.StopSession(id, Duration.ZERO))).isEqualTo(new Result.Done());
    }

    @Test
    void aHomeIsMadeForItsPersonAndKeepsFilesOverStarts() throws Exception {
        VolumeId home = VolumeId.random();
        Command.StartSession first = LiveManager.session("idle", SessionId.random(), home, Limits.POLICY);
        manager.start(first);
        manager.inside(first.session(), "sh", "-c", "echo precious > ~/kept.txt");
        manager.call(new Command.RemoveSession(first.session()));

        Command.StartSession second = LiveManager.session("idle", SessionId.random(), home, Limits.POLICY);
        manager.start(second);

        assertThat(manager.inside(second.session(), "cat", "/home/jovyan/kept.txt"))
                .isEqualTo("precious\n");
        Path folder = manager.data.homes().resolve(home.value());
        assertThat(Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(1000);
        assertThat(Files.getAttribute(folder, "unix:gid", LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(1000);
        assertThat(Files.getPosixFilePermissions(folder)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void aRunningSessionIsListedAndMeasured() throws Exception {
        Command.StartSession start =
                LiveManager.session("idle", SessionId.random(), VolumeId.random(), new Limits(200L << 20, 500, 100));
        SessionContainer running = manager.start(start);

        Result.Stats stats = (Result.Stats) manager.call(new Command.SessionStats(start.session()));
        Result.Sessions all = (Result.Sessions) manager.call(new Command.ListSessions());

        assertThat(stats.memoryLimitBytes()).isEqualTo(200L << 20);
        assertThat(stats.memoryBytes()).isBetween(1L, 200L << 20);
        assertThat(stats.cpuNanos()).isPositive();
        assertThat(stats.pids()).isPositive();
        assertThat(all.containers()).contains(running);
    }

    @Test
    void progressTellsTheStepsInOrder() throws Exception {
        assertThat(manager.progressOf(LiveManager.session("idle")))
                .containsExactly("Preparing your home", "Creating the container", "Starting it");
    }

    @Test
    void whatHasNoContainerIsNotFound() {
        assertThatThrownBy(() -> manager.call(new Command.InspectSession(SessionId.random())))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.NOT_FOUND));
        assertThatThrownBy(() -> manager.call(new Command.TailLog(SessionId.random(), 5)))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.NOT_FOUND));
    }
}
