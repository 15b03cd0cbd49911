/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.wire.Codec;
import dev.carrel.protocol.wire.Envelope;
import dev.carrel.protocol.wire.MalformedMessage;
import dev.carrel.protocol.wire.Message;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import zmq.ZError;

/**
 * Sends commands and waits for answers. A request is sent again under the same id until its deadline, so it survives a restart of the
 * server; the server carries it out once.
 *
 * <p>One platform thread owns the DEALER socket. Callers may be any threads; they block. At most 512 calls are under way.
 */
public final class CommandClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandClient.class);
    private static final int MAX_CALLS = 512;
    private static final int MAX_EVENTS = 4096;
    private static final Duration BEAT = Duration.ofSeconds(5);
    /** So long a new connection may be without a first answer. */
    private static final Duration GREETING = Duration.ofSeconds(3);
    /** So long a connection may be silent: longer than a beat and its answer take. */
    private static final Duration SILENCE = Duration.ofSeconds(9);

    private final ClientOptions options;
    private final byte[] identity = ("c" + UUID.randomUUID()).getBytes(ZMQ.CHARSET);
    private final Consumer<Event> listener;
    private final Codec codec = new Codec();
    private final ZContext context = new ZContext();
    private final Wakeup wakeup = new Wakeup();
    private final Map<String, Call> calls = new ConcurrentHashMap<>();
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(MAX_EVENTS);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile boolean closing;
    private volatile long heardAt = Long.MIN_VALUE;

    private static final class Call {
        private final byte[] bytes;
        private final Consumer<Message.Progress> progress;
        private final CompletableFuture<Result> result = new CompletableFuture<>();
        private volatile long sendAt = System.nanoTime();

        Call(byte[] bytes, Consumer<Message.Progress> progress) {
            this.bytes = bytes;
            this.progress = progress;
        }
    }

    /**
     * Prepares a client; {@link #start} connects.
     *
     * @param listener gets every event, on one thread, in order; must not throw
     */
    public CommandClient(ClientOptions options, Consumer<Event> listener) {
        this.options = options;
        this.listener = listener;
    }

    /** Connects and subscribes to events; returns at once, whether or not the server is there. */
    public void start() {
        if (started.compareAndSet(false, true)) {
            Thread.ofPlatform().name("protocol-client").daemon(true).start(this::run);
            Thread.ofVirtual().name("protocol-client-events").start(this::tell);
            Thread.ofVirtual().name("protocol-client-beat").start(this::beat);
        }
    }

    /** Whether the server was heard of in the last 15 seconds. */
    public boolean connected() {
        long heard = heardAt;
        return heard != Long.MIN_VALUE
                && System.nanoTime() - heard < Duration.ofSeconds(15).toNanos();
    }

    /** As {@link #call(Command, Duration, Consumer)} without progress. */
    public Result call(Command command, Duration timeout) throws CommandFailure, InterruptedException {
        return call(command, timeout, _ -> {});
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @param timeout at most a few minutes; after it {@link FailureCode#TIMEOUT} or {@link FailureCode#MANAGER_UNAVAILABLE} is thrown
     * @param progress told of progress, on the I/O thread; must be quick
     * @throws CommandFailure for every {@link Result.Failed}
     */
    public Result call(Command command, Duration timeout, Consumer<Message.Progress> progress)
            throws CommandFailure, InterruptedException {
        if (calls.size() >= MAX_CALLS) {
            throw new CommandFailure(
                    FailureCode.NO_RESOURCES, MAX_CALLS + " commands wait for the container-manager already");
        }
        String id = UUID.randomUUID().toString();
        Instant now = options.clock().instant();
        Call call;
        try {
            call = new Call(
                    codec.encode(Envelope.of(id, options.name(), now, now.plus(timeout), new Message.Request(command))),
                    progress);
        } catch (MalformedMessage e) {
            throw new CommandFailure(FailureCode.REJECTED, String.valueOf(e.getMessage()));
        }
        calls.put(id, call);
        wakeup.signal();
        try {
            Result result = call.result.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (result instanceof Result.Failed(FailureCode code, String message)) {
                throw new CommandFailure(code, message);
            }
            return result;
        } catch (TimeoutException _) {
            throw connected()
                    ? new CommandFailure(
                            FailureCode.TIMEOUT,
                            "the container-manager did not finish within " + timeout.toSeconds() + " s")
                    : new CommandFailure(
                            FailureCode.MANAGER_UNAVAILABLE,
                            "the container-manager does not answer (is it running? see: carrel status)");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call never ends with an exception", e);
        } finally {
            calls.remove(id);
        }
    }

    private void run() {
        try {
            while (!closing) {
                converse();
            }
        } finally {
            ended.countDown();
        }
    }

    /** Uses one connection until it has been silent for too long: a handshake that was lost half-way is never taken up again by itself. */
    private void converse() {
        ZMQ.Socket socket = context.createSocket(SocketType.DEALER);
        try (ZMQ.Poller poller = context.createPoller(2)) {
            connect(socket);
            poller.register(socket, ZMQ.Poller.POLLIN);
            poller.register(wakeup.source(), ZMQ.Poller.POLLIN);
            long heard = System.nanoTime();
            Duration patience = GREETING;
            while (!closing && System.nanoTime() - heard < patience.toNanos()) {
                poller.poll(50);
                wakeup.drain();
                for (byte[] bytes = socket.recv(ZMQ.DONTWAIT); bytes != null; bytes = socket.recv(ZMQ.DONTWAIT)) {
                    take(bytes);
                    heard = System.nanoTime();
                    patience = SILENCE;
                }
                sendDue(socket);
            }
        } catch (ZMQException e) {
            if (e.getErrorCode() != ZError.ETERM) {
                LOG.error("the command client's connection failed and is made again", e);
            }
            closing |= e.getErrorCode() == ZError.ETERM;
        } catch (IOException | java.nio.channels.ClosedSelectorException e) {
            LOG.error("the command client ended", e);
            closing = true;
        } finally {
            socket.close();
        }
        if (!closing) {
            // What was sent on the connection that is given up is sent again on the next.
            calls.values().forEach(call -> call.sendAt = System.nanoTime());
        }
    }

    private void connect(ZMQ.Socket socket) {
        socket.setCurveServerKey(options.serverKey().getBytes(ZMQ.CHARSET));
        socket.setCurvePublicKey(options.keys().publicKey().getBytes(ZMQ.CHARSET));
        socket.setCurveSecretKey(options.keys().secretKey().getBytes(ZMQ.CHARSET));
        socket.setMaxMsgSize(Codec.MAX_BYTES);
        socket.setLinger(0);
        socket.setIdentity(identity);
        socket.setReconnectIVL(50);
        socket.setReconnectIVLMax(500);
        socket.connect("tcp://" + options.host() + ":" + options.port());
    }

    private void sendDue(ZMQ.Socket socket) {
        long now = System.nanoTime();
        for (Call call : calls.values()) {
            if (now - call.sendAt >= 0 && !call.result.isDone()) {
                boolean sent = socket.send(call.bytes, ZMQ.DONTWAIT);
                call.sendAt = now + (sent ? options.resend() : Duration.ofMillis(50)).toNanos();
            }
        }
    }

    private void take(byte[] bytes) {
        try {
            Envelope envelope = codec.decode(bytes);
            heardAt = System.nanoTime();
            Call call = calls.get(envelope.id());
            switch (envelope.body()) {
                case Message.Reply(Result result) -> {
                    if (call != null) {
                        call.result.complete(result);
                    }
                }
                case Message.Progress progress -> {
                    if (call != null) {
                        call.progress.accept(progress);
                    }
                }
                case Message.Notice(Event event) -> {
                    if (!events.offer(event)) {
                        LOG.warn("event dropped: {} events wait (the next reconcile will see its effect)", MAX_EVENTS);
                    }
                }
                case Message.Request _ -> LOG.warn("rejected a request from the container-manager");
            }
        } catch (MalformedMessage e) {
            LOG.warn("rejected a message of the container-manager: {}", e.getMessage());
        }
    }

    private void tell() {
        try {
            while (!closing) {
                Event event = events.poll(1, TimeUnit.SECONDS);
                if (event != null) {
                    tell(event);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Event event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.error("handling {} failed (the next reconcile will mend it)", event, e);
        }
    }

    /** Subscribes again and again; also the sign of life that {@link #connected} rests on. */
    private void beat() {
        boolean wasConnected = false;
        try {
            do {
                try {
                    call(new Command.Subscribe(), BEAT);
                } catch (CommandFailure e) {
                    if (wasConnected) {
                        LOG.warn("container-manager: {}", e.getMessage());
                    }
                }
                if (connected() && !wasConnected) {
                    LOG.info("connected to the container-manager at {}:{}", options.host(), options.port());
                }
                wasConnected = connected();
            } while (!ended.await(wasConnected ? BEAT.toMillis() : 200, TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends every call under way with manager-unavailable and disconnects. */
    @Override
    public void close() {
        closing = true;
        wakeup.signal();
        calls.values()
                .forEach(call -> call.result.complete(
                        new Result.Failed(FailureCode.MANAGER_UNAVAILABLE, "this process is stopping")));
        try {
            if (started.get() && !ended.await(2, TimeUnit.SECONDS)) {
                LOG.warn("the command client's thread did not end within 2 s");
            }
            context.close();
            wakeup.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("closing the command client", e);
        }
    }
}
