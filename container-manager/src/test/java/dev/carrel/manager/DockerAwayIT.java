/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A Docker engine that is away, hangs, or comes back costs a clear answer in time and nothing else. A socket of our own stands before the real one. */
class DockerAwayIT {
    private Path folder;
    private Gate gate;
    private LiveManager manager;

    @BeforeEach
    void start() throws Exception {
        folder = Files.createTempDirectory("carrel-gate");
        gate = new Gate(folder.resolve("docker.sock"));
        manager = LiveManager.start("", "docker:\n  host: unix://" + gate.path + "\n  timeout: 4s\n");
    }

    @AfterEach
    void stop() throws Exception {
        manager.close();
        gate.close();
        Files.deleteIfExists(gate.path);
        Files.delete(folder);
    }

    @Test
    void anEngineThatIsAwayIsSaidToBeAwayWithTheMend() throws Exception {
        gate.close();

        assertThatThrownBy(() -> manager.start(LiveManager.session("idle")))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.DOCKER_UNAVAILABLE))
                .hasMessageContaining(gate.path.toString())
                .hasMessageContaining("systemctl status docker");
        assertThat(((Result.Pong) manager.call(new Command.Ping())).dockerAnswers())
                .isFalse();
        assertThat(manager.ready()).contains("not-ready", "does not answer");
    }

    @Test
    void anEngineThatHangsCostsEachCommandItsLimitAndNoMore() throws Exception {
        gate.hang(true);

        List<Future<Throwable>> answers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                Callable<Throwable> start = () -> org.assertj.core.api.Assertions.catchThrowable(
                        () -> manager.start(LiveManager.session("idle")));
                answers.add(threads.submit(start));
            }
        }

        for (Future<Throwable> answer : answers) {
            assertThat(answer.get())
                    .isInstanceOfSatisfying(
                            CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.DOCKER_UNAVAILABLE))
                    .hasMessageContaining("did not answer within 4000 ms");
        }
        gate.hang(false);
        assertThat(manager.start(LiveManager.session("idle")).running()).isTrue();
    }

    @Test
    void whatHappenedWhileTheEngineWasAwayIsToldWhenItIsBack() throws Exception {
        Command.StartSession stopped = LiveManager.session("idle");
        Command.StartSession removed = LiveManager.session("idle");
        Command.StartSession lives = LiveManager.session("idle");
        manager.start(stopped);
        manager.start(removed);
        manager.start(lives);
        gate.close();
        manager.docker.killContainerCmd(manager.name(stopped.session())).exec();
        manager.docker
                .removeContainerCmd(manager.name(removed.session()))
                .withForce(true)
                .exec();

        gate.open();

        assertThat(manager.awaitAll(Event.SessionExited.class, 2))
                .extracting(Event.SessionExited::session)
                .containsExactlyInAnyOrder(stopped.session(), removed.session());
        assertThat(manager.events.stream()
                        .filter(Event.SessionExited.class::isInstance)
                        .map(Event.SessionExited.class::cast)
                        .filter(e -> e.session().equals(lives.session())))
                .isEmpty();
        assertThat(manager.start(LiveManager.session("idle")).running()).isTrue();
    }

    @Test
    void whatHappenedToWorkersWhileTheEngineWasAwayIsToldOnceWhenItIsBack() throws Exception {
        Command.StartWorker killed = LiveManager.worker("idle-worker");
        Command.StartWorker removed = LiveManager.worker("idle-worker");
        Command.StartWorker lives = LiveManager.worker("idle-worker");
        manager.start(killed);
        manager.start(removed);
        manager.start(lives);
        gate.close();
        manager.docker.killContainerCmd(manager.name(killed.worker())).exec();
        manager.docker
                .removeContainerCmd(manager.name(removed.worker()))
                .withForce(true)
                .exec();

        gate.open();

        List<Event.WorkerEnded> told = manager.awaitAll(Event.WorkerEnded.class, 2);
        assertThat(told)
                .extracting(Event.WorkerEnded::worker)
                .containsExactlyInAnyOrder(killed.worker(), removed.worker());
        assertThat(told)
                .filteredOn(e -> e.worker().equals(killed.worker()))
                .singleElement()
                .satisfies(e -> {
                    assertThat(e.exitCode()).isEqualTo(137);
                    assertThat(e.lastLines()).containsExactly("idle");
                });
        manager.call(new Command.RemoveWorker(killed.worker()));
        manager.call(new Command.RemoveWorker(lives.worker()));
        assertThat(manager.awaitAll(Event.WorkerEnded.class, 1))
                .extracting(Event.WorkerEnded::worker)
                .containsExactly(lives.worker());
    }

    /** Passes bytes between a socket of its own and Docker's until told to hang or to close. */
    private static final class Gate implements AutoCloseable {
        final Path path;
        private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();
        private volatile ServerSocketChannel server;
        private volatile boolean hanging;

        Gate(Path path) throws IOException {
            this.path = path;
            open();
        }

        void open() throws IOException {
            Files.deleteIfExists(path);
            ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            opened.bind(UnixDomainSocketAddress.of(path));
            server = opened;
            Thread.ofVirtual().start(() -> accept(opened));
        }

        /** From now on nothing is passed on; connections stay open. */
        void hang(boolean value) throws IOException {
            hanging = value;
            if (!value) {
                dropConnections();
            }
        }

        private void accept(ServerSocketChannel opened) {
            try {
                while (true) {
                    SocketChannel inside = opened.accept();
                    SocketChannel outside = SocketChannel.open(UnixDomainSocketAddress.of("/var/run/docker.sock"));
                    channels.add(inside);
                    channels.add(outside);
                    Thread.ofVirtual().start(() -> pass(inside, outside));
                    Thread.ofVirtual().start(() -> pass(outside, inside));
                }
            } catch (IOException _) {
                // Closed.
            }
        }

        private void pass(SocketChannel from, SocketChannel to) {
            ByteBuffer buffer = ByteBuffer.allocate(16384);
            try (from;
                    to) {
                while (from.read(buffer) >= 0) {
                    buffer.flip();
                    if (!hanging) {
                        Channels.newOutputStream(to).write(buffer.array(), 0, buffer.limit());
                    }
                    buffer.clear();
                }
            } catch (IOException _) {
                // Closed on either side.
            }
        }

        private void dropConnections() throws IOException {
            for (SocketChannel channel : channels) {
                channel.close();
            }
            channels.clear();
        }

        @Override
        public void close() throws IOException {
            server.close();
            Files.deleteIfExists(path);
            dropConnections();
        }
    }
}
