/* Copyright the Carrel authors. */
package dev.carrel.protocol.channel;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import zmq.ZError;

/**
 * Takes commands from clients whose CURVE key is on the allow-list and answers each exactly once, with progress before.
 *
 * <p>One platform thread owns the ROUTER socket: it decodes, judges (expired, replayed, repeated), hands fresh commands to virtual threads and
 * sends what they and {@link #publish} put in a bounded queue. A peer that does not read loses messages rather than stopping others.
 */
public final class CommandServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandServer.class);
    private static final Duration SUBSCRIPTION = Duration.ofSeconds(30);
    private static final int QUEUE = 4096;

    private final ServerOptions options;
    private final CommandHandler handler;
    private final Codec codec = new Codec();
    private final ZContext context = new ZContext();
    private final AllowList allowList;
    private final ZMQ.Socket socket;
    private final Wakeup wakeup = new Wakeup();
    private final BlockingQueue<Outgoing> outbox = new ArrayBlockingQueue<>(QUEUE);
    private final AnswerWindow window;
    private final Semaphore slots;
    private final Cache<String, byte[]> subscribers;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final int port;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean closing;

    /** Sent by the I/O thread; {@code entry} gets the bytes as its stored answer. */
    private record Outgoing(byte @Nullable [] peer, byte[] bytes, AnswerWindow.@Nullable Entry entry) {}

    /**
     * Binds; nothing is answered before {@link #start}.
     *
     * @throws ChannelException when the address cannot be bound
     */
    public CommandServer(ServerOptions options, CommandHandler handler) {
        this.options = options;
        this.handler = handler;
        window = new AnswerWindow(options.window(), options.windowAge(), options.clock());
        slots = new Semaphore(options.concurrency());
        subscribers = Caffeine.newBuilder()
                .expireAfterWrite(SUBSCRIPTION)
                .maximumSize(64)
                .build();
        allowList = new AllowList(context, options.clients(), () -> closing = true);
        allowList.start();
        try {
            socket = context.createSocket(SocketType.ROUTER);
            socket.setCurveServer(true);
            socket.setCurveSecretKey(options.keys().secretKey().getBytes(ZMQ.CHARSET));
            socket.setCurvePublicKey(options.keys().publicKey().getBytes(ZMQ.CHARSET));
            socket.setZAPDomain("carrel");
            socket.setMaxMsgSize(Codec.MAX_BYTES);
            socket.setLinger(200);
            socket.setSndHWM(1000);
            socket.setRcvHWM(1000);
            socket.setHandshakeIvl(5000);
            // A client keeps its routing id over reconnects: answers under way reach its new connection.
            socket.setRouterHandover(true);
            String address = "tcp://" + options.host() + ":";
            port = options.port() == 0
                    ? socket.bindToRandomPort("tcp://" + options.host(), 20000, 60000)
                    : bind(socket, address + options.port());
        } catch (ZMQException e) {
            allowList.close();
            context.close();
            throw new ChannelException(
                    "port in use: " + options.host() + ":" + options.port()
                            + " (expected: free for the container-manager; stop what uses it or choose another: manager.port)",
                    e);
        }
    }

    private int bind(ZMQ.Socket socket, String address) {
        socket.bind(address);
        return options.port();
    }

    /** Starts to take commands. */
    public void start() {
        Thread.ofPlatform().name("protocol-server").start(this::serve);
    }

    /** The port that was bound. */
    public int port() {
        return port;
    }

    /** Tells every subscriber. Never blocks; the event is dropped, with a log line, when the queue is full. */
    public void publish(Event event) {
        Instant now = options.clock().instant();
        Envelope envelope = Envelope.of(
                UUID.randomUUID().toString(), options.name(), now, now.plus(SUBSCRIPTION), new Message.Notice(event));
        try {
            byte[] bytes = codec.encode(envelope);
            subscribers.asMap().values().forEach(peer -> post(new Outgoing(peer, bytes, null)));
        } catch (MalformedMessage e) {
            LOG.error("event lost: {}", e.getMessage(), e);
        }
    }

    private void post(Outgoing outgoing) {
        if (!outbox.offer(outgoing)) {
            LOG.warn("a message to a client was dropped: {} messages wait", QUEUE);
        }
        wakeup.signal();
    }

    private void serve() {
        ZMQ.Poller poller = context.createPoller(2);
        try (poller) {
            poller.register(socket, ZMQ.Poller.POLLIN);
            poller.register(wakeup.source(), ZMQ.Poller.POLLIN);
            while (!closing) {
                poller.poll(1000);
                wakeup.drain();
                send();
                for (int i = 0; i < 100 && !closing && receive(); i++) {
                    send();
                }
            }
            send();
        } catch (ZMQException e) {
            if (e.getErrorCode() != ZError.ETERM) {
                LOG.error("the command server ended", e);
            }
        } catch (IOException | java.nio.channels.ClosedSelectorException e) {
            LOG.error("the command server ended", e);
        } finally {
            closing = true;
            socket.close();
            ended.countDown();
        }
    }

    private void send() {
        for (Outgoing out = outbox.poll(); out != null; out = outbox.poll()) {
            if (out.entry() != null) {
                out.entry().reply(out.bytes());
            }
            if (out.peer() != null) {
                socket.sendMore(out.peer());
                socket.send(out.bytes(), ZMQ.DONTWAIT);
            }
        }
    }

    /** Takes one message; false when there is none. */
    private boolean receive() {
        byte[] peer = socket.recv(ZMQ.DONTWAIT);
        if (peer == null) {
            return false;
        }
        byte[] bytes = null;
        int frames = 0;
        while (socket.hasReceiveMore()) {
            bytes = socket.recv();
            frames++;
        }
        if (frames != 1 || bytes == null) {
            LOG.warn("rejected a message of {} frames (expected: 1)", frames);
            return true;
        }
        try {
            judge(peer, codec.decode(bytes));
        } catch (MalformedMessage e) {
            LOG.warn("rejected a message: {}", e.getMessage());
        }
        return true;
    }

    private void judge(byte[] peer, Envelope envelope) {
        if (!(envelope.body() instanceof Message.Request(Command command))) {
            LOG.warn("rejected a message that is no request from {}", envelope.sender());
            return;
        }
        String client = HexFormat.of().formatHex(peer);
        if (command instanceof Command.Subscribe) {
            subscribers.put(client, peer);
        }
        switch (window.admit(client, envelope.id(), command, envelope.sentAt(), envelope.deadline())) {
            case AnswerWindow.Verdict.Fresh(AnswerWindow.Entry entry) -> carryOut(peer, envelope, command, entry);
            case AnswerWindow.Verdict.Repeated(AnswerWindow.Entry entry) -> {
                byte[] reply = entry.reply();
                if (reply != null) {
                    post(new Outgoing(peer, reply, null));
                }
            }
            case AnswerWindow.Verdict.Refused(String reason) -> {
                LOG.warn("rejected {} from {}: {}", command, envelope.sender(), reason);
                reply(peer, envelope, new Result.Failed(FailureCode.REJECTED, reason), null);
            }
        }
    }

    private void carryOut(byte[] peer, Envelope envelope, Command command, AnswerWindow.Entry entry) {
        if (!slots.tryAcquire()) {
            reply(
                    peer,
                    envelope,
                    new Result.Failed(
                            FailureCode.NO_RESOURCES,
                            "busy: " + options.concurrency() + " commands are under way (expected: fewer; try again)"),
                    entry);
            return;
        }
        Thread.ofVirtual().name("command-" + envelope.id()).start(() -> {
            try {
                reply(peer, envelope, result(peer, envelope, command), entry);
            } finally {
                slots.release();
            }
        });
    }

    // Whatever a handler throws must become an answer: a request without one would wait for its deadline.
    @SuppressWarnings("PMD.AvoidCatchingThrowable")
    private Result result(byte[] peer, Envelope envelope, Command command) {
        try {
            return handler.handle(command, new Progressing(peer, envelope));
        } catch (CommandFailure e) {
            return new Result.Failed(e.code(), String.valueOf(e.getMessage()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Result.Failed(FailureCode.MANAGER_UNAVAILABLE, "the container-manager is stopping");
        } catch (Throwable e) {
            String error = Long.toHexString(System.nanoTime());
            LOG.error("error {}: {} failed", error, command, e);
            return new Result.Failed(
                    FailureCode.INTERNAL, "the container-manager failed; its log tells more under error " + error);
        }
    }

    private void reply(byte[] peer, Envelope request, Result result, AnswerWindow.@Nullable Entry entry) {
        post(new Outgoing(peer, encode(request, new Message.Reply(result)), entry));
    }

    private byte[] encode(Envelope request, Message body) {
        Instant now = options.clock().instant();
        try {
            return codec.encode(Envelope.of(request.id(), options.name(), now, request.deadline(), body));
        } catch (MalformedMessage e) {
            LOG.error("answer to {} cannot be sent: {}", request.id(), e.getMessage(), e);
            Result failed = new Result.Failed(FailureCode.INTERNAL, "the answer is too long to be sent");
            try {
                return codec.encode(
                        Envelope.of(request.id(), options.name(), now, request.deadline(), new Message.Reply(failed)));
            } catch (MalformedMessage impossible) {
                throw new IllegalStateException("a short answer always fits", impossible);
            }
        }
    }

    private final class Progressing implements CommandHandler.Context {
        private final byte[] peer;
        private final Envelope request;

        Progressing(byte[] peer, Envelope request) {
            this.peer = peer;
            this.request = request;
        }

        @Override
        public Instant deadline() {
            return request.deadline();
        }

        @Override
        public void progress(int percent, String text) {
            post(new Outgoing(peer, encode(request, new Message.Progress(percent, text)), null));
        }
    }

    /** Stops taking commands, lets those under way answer for the drain time, and closes the socket. Closing twice is fine. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            if (!slots.tryAcquire(options.concurrency(), options.drain().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("closing while commands are under way");
            }
            closing = true;
            wakeup.signal();
            if (!ended.await(2, TimeUnit.SECONDS)) {
                LOG.debug("the command server's thread had not started or did not end");
            }
            allowList.close();
            context.close();
            wakeup.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            context.close();
        } catch (IOException e) {
            LOG.warn("closing the command server", e);
        }
    }
}
