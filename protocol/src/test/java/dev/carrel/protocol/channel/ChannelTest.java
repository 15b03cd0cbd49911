/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.key.CurveKeys;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.wire.Message;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChannelTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private final CurveKeys serverKeys = CurveKeys.generate();
    private final CurveKeys clientKeys = CurveKeys.generate();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    @Test
    void aCommandIsAnsweredWithProgressBefore() throws Exception {
        CommandServer server = server((command, context) -> {
            context.progress(10, "Looking");
            context.progress(90, "Found");
            return new Result.ImageReady(((Command.EnsureImage) command).image(), "sha256:1", false);
        });
        List<Message.Progress> progress = new CopyOnWriteArrayList<>();

        Result result = client(server).call(new Command.EnsureImage("default"), LONG, progress::add);

        assertThat(result).isEqualTo(new Result.ImageReady("default", "sha256:1", false));
        assertThat(progress).containsExactly(new Message.Progress(10, "Looking"), new Message.Progress(90, "Found"));
    }

    @Test
    void aFailureCarriesItsCodeAndMessage() {
        CommandServer server = server((_, _) -> {
            throw new CommandFailure(FailureCode.NOT_FOUND, "no such session");
        });

        assertThatThrownBy(() -> client(server).call(new Command.Ping(), LONG))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.NOT_FOUND))
                .hasMessage("no such session");
    }

    @Test
    void aFaultOfTheHandlerIsAnsweredWithoutItsInnards() {
        CommandServer server = server((_, _) -> {
            throw new IllegalStateException("innards");
        });

        assertThatThrownBy(() -> client(server).call(new Command.Ping(), LONG))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.INTERNAL))
                .hasMessageNotContaining("innards");
    }

    @Test
    void aRequestThatIsSentAgainIsCarriedOutOnce() throws Exception {
        AtomicInteger removals = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        CommandServer server = server((command, _) -> {
            if (command instanceof Command.RemoveSession) {
                removals.incrementAndGet();
                release.await();
            }
            return new Result.Done();
        });
        // Sends every 50 ms, so that many copies arrive while the first is under way.
        CommandClient client = client(server, clientKeys, serverKeys.publicKey(), Duration.ofMillis(50));
        CompletableFuture<Result> answer =
                async(() -> client.call(new Command.RemoveSession(SessionId.random()), LONG));

        // Fifty other commands pass the same socket: by then several copies of the first have been judged.
        for (int i = 0; i < 50; i++) {
            client.call(new Command.ListSessions(), LONG);
        }
        release.countDown();

        assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(new Result.Done());
        assertThat(removals).hasValue(1);
    }

    @Test
    void aClientWhoseKeyIsNotListedGetsNoAnswer() {
        AtomicInteger carriedOut = new AtomicInteger();
        CommandServer server = server((_, _) -> {
            carriedOut.incrementAndGet();
            return new Result.Done();
        });
        CommandClient stranger = client(server, CurveKeys.generate(), serverKeys.publicKey(), Duration.ofMillis(100));

        assertThatThrownBy(() -> stranger.call(new Command.Ping(), Duration.ofSeconds(2)))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.MANAGER_UNAVAILABLE));
        assertThat(carriedOut).hasValue(0);
    }

    @Test
    void aServerWithAnotherKeyIsNotSpokenTo() {
        CommandServer server = server((_, _) -> new Result.Done());
        CommandClient client = client(server, clientKeys, CurveKeys.generate().publicKey(), Duration.ofMillis(100));

        assertThatThrownBy(() -> client.call(new Command.Ping(), Duration.ofSeconds(2)))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.MANAGER_UNAVAILABLE));
    }

    @Test
    void anEmptyAllowListLetsNobodyIn() {
        CommandServer server = started(new CommandServer(options(0, Set.of(), 64), (_, _) -> new Result.Done()));

        assertThatThrownBy(() -> client(server).call(new Command.Ping(), Duration.ofSeconds(2)))
                .isInstanceOf(CommandFailure.class);
    }

    @Test
    void aCallSurvivesARestartOfTheServer() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CommandServer first = server((command, _) -> {
            if (command instanceof Command.ListSessions) {
                reached.countDown();
                new CountDownLatch(1).await(30, TimeUnit.SECONDS);
            }
            return new Result.Done();
        });
        CommandClient client = client(first, clientKeys, serverKeys.publicKey(), Duration.ofMillis(200));
        CompletableFuture<Result> answer = async(() -> client.call(new Command.ListSessions(), LONG));
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        int port = first.port();
        first.close();

        started(new CommandServer(
                options(port, Set.of(clientKeys.publicKey()), 64), (_, _) -> new Result.Sessions(List.of())));

        assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(new Result.Sessions(List.of()));
    }

    @Test
    void eventsReachASubscriber() throws Exception {
        BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        CountDownLatch subscribed = new CountDownLatch(1);
        CommandServer server = server((command, _) -> {
            if (command instanceof Command.Subscribe) {
                subscribed.countDown();
            }
            return new Result.Done();
        });
        CommandClient client = new CommandClient(
                ClientOptions.of("127.0.0.1", server.port(), clientKeys, serverKeys.publicKey(), "engine"),
                events::add);
        open.add(client);
        client.start();
        assertThat(subscribed.await(20, TimeUnit.SECONDS)).isTrue();
        Event event = new Event.SessionRemoved(SessionId.random(), "c1", Instant.parse("2026-03-01T12:00:00Z"));

        server.publish(event);

        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo(event);
        assertThat(client.connected()).isTrue();
    }

    @Test
    void moreCommandsThanSlotsAreRefusedAtOnce() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        ServerOptions one = options(0, Set.of(clientKeys.publicKey()), 1);
        CommandServer server = started(new CommandServer(one, (command, _) -> {
            if (command instanceof Command.Recover) {
                busy.countDown();
                release.await();
            }
            return new Result.Done();
        }));
        CommandClient client = client(server);
        CompletableFuture<Result> held = async(() -> untilAccepted(client, new Command.Recover()));
        assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> client.call(new Command.Ping(), LONG))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.NO_RESOURCES));
        release.countDown();
        assertThat(held.get(20, TimeUnit.SECONDS)).isEqualTo(new Result.Done());
    }

    @Test
    void aPortInUseIsNamed() {
        CommandServer server = server((_, _) -> new Result.Done());

        assertThatThrownBy(() -> new CommandServer(options(server.port(), Set.of(), 64), (_, _) -> new Result.Done()))
                .isInstanceOf(ChannelException.class)
                .hasMessageContaining("port in use: 127.0.0.1:" + server.port());
    }

    private CommandServer server(CommandHandler handler) {
        return started(new CommandServer(options(0, Set.of(clientKeys.publicKey()), 64), handler));
    }

    private CommandServer started(CommandServer server) {
        open.add(server);
        server.start();
        return server;
    }

    private CommandClient client(CommandServer server) {
        return client(server, clientKeys, serverKeys.publicKey(), Duration.ofSeconds(2));
    }

    private CommandClient client(CommandServer server, CurveKeys keys, String serverKey, Duration resend) {
        CommandClient client = new CommandClient(
                new ClientOptions("127.0.0.1", server.port(), keys, serverKey, "engine", resend, Clock.systemUTC()),
                _ -> {});
        open.add(client);
        client.start();
        return client;
    }

    /** The client's own beat may hold the one slot just then. */
    private static Result untilAccepted(CommandClient client, Command command) throws Exception {
        while (true) {
            try {
                return client.call(command, LONG);
            } catch (CommandFailure e) {
                assertThat(e.code()).isEqualTo(FailureCode.NO_RESOURCES);
            }
        }
    }

    private ServerOptions options(int port, Set<String> clients, int concurrency) {
        return new ServerOptions(
                "127.0.0.1",
                port,
                serverKeys,
                clients,
                "manager",
                concurrency,
                4096,
                Duration.ofMinutes(10),
                Duration.ofMillis(200),
                Clock.systemUTC());
    }

    private interface Asking {
        Result ask() throws Exception;
    }

    private static CompletableFuture<Result> async(Asking asking) {
        CompletableFuture<Result> future = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                future.complete(asking.ask());
            } catch (Throwable e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }
}
