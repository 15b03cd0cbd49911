/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.command.WorkerContainer;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.WorkerId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a worker of functions, what its container may do, and that sessions and workers never are taken for one another. */
class WorkersIT {
    private static final String CRASH =
            "worker: [python3, -uc, \"import sys; [print('line', i, file=sys.stderr) for i in range(60)]; sys.exit('no code today')\"]";
    private static final String HOG =
            "worker: [python3, -uc, \"import time; time.sleep(0.2); x = bytearray(900 << 20); print(len(x))\"]";

    private static LiveManager manager;
    private static Command.StartWorker usual;

    @BeforeAll
    static void start() throws Exception {
        manager = LiveManager.start(LiveManager.entry("crash", CRASH) + LiveManager.entry("hog", HOG), "");
        usual = LiveManager.worker("idle-worker");
        manager.start(usual);
    }

    @AfterAll
    static void stop() throws Exception {
        manager.close();
    }

    private static List<WorkerContainer> listed() throws Exception {
        return ((Result.Workers) manager.call(new Command.ListWorkers())).containers();
    }

    private static void awaitIdle(WorkerId worker) throws Exception {
        long end = System.nanoTime() + LiveManager.PATIENCE.toNanos();
        while (!((Result.LogLines) manager.call(new Command.TailWorkerLog(worker, 10)))
                .lines()
                .contains("idle")) {
            assertThat(System.nanoTime()).as("the worker says that it is idle").isLessThan(end);
        }
    }

    @Test
    void itIsStartedOnceListedTailedRemovedAndItsEndIsTold() throws Exception {
        Command.StartWorker start = LiveManager.worker("idle-worker");

        WorkerContainer started = manager.start(start);

        assertThat(started.worker()).isEqualTo(start.worker());
        assertThat(started.image()).isEqualTo("idle-worker");
        assertThat(started.running()).isTrue();
        assertThat(manager.start(start)).isEqualTo(started);
        assertThat(listed()).contains(started);
        awaitIdle(start.worker());

        manager.call(new Command.RemoveWorker(start.worker()));

        Event.WorkerEnded ended =
                manager.await(Event.WorkerEnded.class, e -> e.worker().equals(start.worker()));
        assertThat(ended.containerId()).isEqualTo(started.containerId());
        assertThat(ended.exitCode()).isEqualTo(137);
        assertThat(manager.exists(manager.name(start.worker()))).isFalse();
        assertThat(listed()).doesNotContain(started);
        assertThat(manager.call(new Command.RemoveWorker(start.worker()))).isEqualTo(new Result.Done());
        assertThatThrownBy(() -> manager.call(new Command.TailWorkerLog(start.worker(), 10)))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.NOT_FOUND))
                .hasMessageContaining("worker " + start.worker() + " has no container");
    }

    @Test
    void oneThatDiesSaysWhyWithItsLastLinesAndStaysForItsLog() throws Exception {
        Command.StartWorker start = LiveManager.worker("crash");
        manager.start(start);

        Event.WorkerEnded ended =
                manager.await(Event.WorkerEnded.class, e -> e.worker().equals(start.worker()));

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.oomKilled()).isFalse();
        assertThat(ended.lastLines()).hasSize(50).endsWith("line 59", "no code today");
        assertThat(listed())
                .filteredOn(w -> w.worker().equals(start.worker()))
                .singleElement()
                .satisfies(w -> {
                    assertThat(w.running()).isFalse();
                    assertThat(w.exitCode()).isEqualTo(1);
                });
        assertThatThrownBy(() -> manager.start(start))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("worker " + start.worker() + " has ended with exit code 1")
                .hasMessageContaining("a new worker id");
        manager.call(new Command.RemoveWorker(start.worker()));
    }

    @Test
    void oneThatRunsOutOfTheUsualMemorySaysSo() throws Exception {
        Command.StartWorker start = LiveManager.worker("hog");
        manager.start(start);

        Event.WorkerEnded ended =
                manager.await(Event.WorkerEnded.class, e -> e.worker().equals(start.worker()));

        assertThat(ended.oomKilled()).isTrue();
        assertThat(ended.exitCode()).isEqualTo(137);
    }

    @Test
    void commandsAboutSessionsDoNotSeeWorkersNorTheReverse() throws Exception {
        Command.StartWorker worker = LiveManager.worker("idle-worker");
        Command.StartSession session = LiveManager.session("idle");
        manager.start(worker);
        SessionContainer person = manager.start(session);
        SessionId asSession = new SessionId(worker.worker().value());
        WorkerId asWorker = new WorkerId(session.session().value());

        assertThat(((Result.Sessions) manager.call(new Command.ListSessions())).containers())
                .containsExactly(person);
        assertThat(((Result.Sessions) manager.call(new Command.Recover())).containers())
                .containsExactly(person);
        assertThat(listed()).noneMatch(w -> w.worker().equals(asWorker));
        for (Command command : List.of(
                new Command.InspectSession(asSession),
                new Command.SessionStats(asSession),
                new Command.TailLog(asSession, 1),
                new Command.TailWorkerLog(asWorker, 1))) {
            assertThatThrownBy(() -> manager.call(command))
                    .isInstanceOfSatisfying(
                            CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.NOT_FOUND));
        }
        manager.call(new Command.RemoveSession(asSession));
        manager.call(new Command.StopSession(asSession, java.time.Duration.ZERO));
        manager.call(new Command.RemoveWorker(asWorker));

        assertThat(manager.start(worker).running()).isTrue();
        assertThat(manager.start(session)).isEqualTo(person);
        manager.call(new Command.RemoveSession(session.session()));
        manager.call(new Command.RemoveWorker(worker.worker()));
    }

    @Test
    void itRunsAsUnprivilegedAsASessionWithAFolderInMemoryWhereProgramsRun() throws Exception {
        Command.StartWorker start = new Command.StartWorker(
                WorkerId.random(), "idle-worker", new Limits(100L << 20, 300, 40), LiveManager.TOKEN);
        Result.WorkerNetwork broker = (Result.WorkerNetwork) manager.call(new Command.OpenWorkerNetwork());
        manager.start(start);
        String name = manager.name(start.worker());

        InspectContainerResponse container =
                manager.docker.inspectContainerCmd(name).exec();
        assertThat(container.getHostConfig().getMemory()).isEqualTo(100L << 20);
        assertThat(container.getHostConfig().getNanoCPUs()).isEqualTo(300_000_000L);
        assertThat(container.getHostConfig().getPidsLimit()).isEqualTo(40L);
        assertThat(container.getMounts()).isEmpty();
        assertThat(container.getNetworkSettings().getNetworks())
                .containsOnlyKeys("crl-" + manager.install() + "-workers");
        assertThat(container.getConfig().getEnv())
                .contains(
                        "CARREL_BROKER=tcp://" + broker.address() + ":" + broker.port(),
                        "CARREL_WORKER=" + start.worker(),
                        "CARREL_TOKEN=" + LiveManager.TOKEN,
                        "HOME=/work");
        assertThat(
                        manager.inside(
                                name,
                                "bash",
                                "-c",
                                "printf '#!/bin/sh\\necho runs\\n' > x && chmod +x x && ./x; pwd; id -u; stat -c %a /work; grep -c NoNewPrivs:.1 /proc/1/status; grep CapBnd /proc/1/status"))
                .isEqualTo("runs\n/work\n1000\n755\n1\nCapBnd:\t0000000000000000\n");
        manager.call(new Command.RemoveWorker(start.worker()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "touch /usr/bin/x",
                "touch /home/jovyan/x",
                "cp /usr/bin/true /tmp/true && /tmp/true",
                "dd if=/dev/zero of=/work/big bs=1M count=100",
                "test -e /var/run/docker.sock",
            })
    void whatAWorkerHasNoBusinessWithFails(String attempt) throws Exception {
        assertThat(manager.inside(
                        manager.name(usual.worker()),
                        "bash",
                        "-c",
                        "(" + attempt + ") >/dev/null 2>&1 && echo succeeded || echo failed; rm -f /work/big"))
                .isEqualTo("failed\n");
    }

    @Test
    void whatThePolicyDoesNotAllowIsRefusedAndNothingIsMade() throws Exception {
        List<WorkerContainer> before = listed();
        Map<Command.StartWorker, FailureCode> refused = Map.of(
                LiveManager.worker("idle"), FailureCode.IMAGE_NOT_ALLOWED,
                LiveManager.worker("unheard-of"), FailureCode.IMAGE_NOT_ALLOWED,
                with(new Limits(64L << 30, 0, 0), LiveManager.TOKEN), FailureCode.LIMIT_EXCEEDED,
                with(new Limits(0, 1_000_000, 0), LiveManager.TOKEN), FailureCode.LIMIT_EXCEEDED,
                with(Limits.POLICY, "short"), FailureCode.REJECTED);

        refused.forEach((start, code) -> assertThatThrownBy(() -> manager.start(start))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(code)));
        assertThat(listed()).isEqualTo(before);
    }

    private static Command.StartWorker with(Limits limits, String token) {
        return new Command.StartWorker(WorkerId.random(), "idle-worker", limits, token);
    }

    @Test
    void aForeignContainerOfAWorkersNameIsNeitherAdoptedNorRemoved() throws Exception {
        Command.StartWorker start = LiveManager.worker("idle-worker");
        String foreign = manager.docker
                .createContainerCmd(LiveManager.IMAGE)
                .withName(manager.name(start.worker()))
                .withCmd("sleep", "1000")
                // A session of ours with the id of a worker is no worker.
                .withLabels(Map.of(
                        "dev.carrel.install",
                        manager.install(),
                        "dev.carrel.session",
                        start.worker().value()))
                .exec()
                .getId();
        try {
            assertThatThrownBy(() -> manager.start(start))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("not ours");
            manager.call(new Command.RemoveWorker(start.worker()));

            assertThat(manager.docker.inspectContainerCmd(foreign).exec().getId())
                    .isEqualTo(foreign);
        } finally {
            manager.docker.removeContainerCmd(foreign).withForce(true).exec();
        }
    }

    @Test
    void theirNetworkIsMadeWhenAskedForAndANewManagerAdoptsAndGuardsWhatRunsInIt() throws Exception {
        try (LiveManager other = LiveManager.start("", "")) {
            String network = "crl-" + other.install() + "-workers";
            String chain = network + "-host";
            assertThatThrownBy(() -> other.docker
                            .inspectNetworkCmd()
                            .withNetworkId(network)
                            .exec())
                    .isInstanceOf(NotFoundException.class);
            Result open = other.call(new Command.OpenWorkerNetwork());
            assertThat(other.call(new Command.OpenWorkerNetwork())).isEqualTo(open);
            Command.StartWorker start = LiveManager.worker("idle-worker");
            WorkerContainer before = other.start(start);
            other.stop();
            LiveManager.run("iptables", "-w", "5", "-F", chain);

            other.startAgain();

            // The first thing a manager does is to look after the networks there are.
            assertThat(LiveManager.run("iptables", "-w", "5", "-S", chain))
                    .contains("--dport " + other.brokerPort() + " -j ACCEPT", "-j REJECT");
            assertThat(((Result.Workers) other.call(new Command.ListWorkers())).containers())
                    .containsExactly(before);
            assertThat(other.start(start)).isEqualTo(before);
            assertThat(other.call(new Command.OpenWorkerNetwork())).isEqualTo(open);
            other.call(new Command.Subscribe());
            LiveManager.run("docker", "kill", other.name(start.worker()));
            assertThat(other.await(Event.WorkerEnded.class, _ -> true).worker()).isEqualTo(start.worker());
            assertThat(other.ready()).contains("\"status\":\"ready\"").doesNotContain("worker-network");
        }
    }
}
