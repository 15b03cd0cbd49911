/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import dev.carrel.protocol.channel.ChannelException;
import dev.carrel.protocol.wire.MalformedMessage;
import dev.carrel.protocol.zmtp.ZmtpConnection;
import dev.carrel.protocol.zmtp.ZmtpLimits;
import dev.carrel.protocol.zmtp.ZmtpServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The broker's end of workers' ZeroMQ connections. Peers are known by their connections; what a peer calls itself plays no part. */
public final class ZmqWorkerTransport implements WorkerTransport {
    private static final Logger LOG = LoggerFactory.getLogger(ZmqWorkerTransport.class);
    /** Until the engine has said that it knows a worker. */
    private static final int STRANGER = 4096;

    private final TransportOptions options;
    private final WorkerCodec codec = new WorkerCodec();
    private final Map<Long, ZmtpConnection> peers = new ConcurrentHashMap<>();
    private final Map<Long, JuliaBoxTalk> talks = new ConcurrentHashMap<>();
    private final AtomicLong malformed = new AtomicLong();
    private volatile @Nullable ZmtpServer server;

    /** Does nothing before {@link #start}. */
    public ZmqWorkerTransport(TransportOptions options) {
        this.options = options;
    }

    @Override
    public void start(Listener listener) {
        ZmtpLimits limits = new ZmtpLimits(
                options.connections(), WorkerCodec.FRAMES, STRANGER, options.maxQueued(), options.hello());
        try {
            ZmtpServer opened = new ZmtpServer(options.host(), options.port(), limits, options.busyPollMicros());
            server = opened;
            opened.start("worker-broker", new Told(listener));
        } catch (IOException e) {
            throw new ChannelException(
                    "cannot listen for workers on " + options.host() + ":" + options.port() + ": " + e.getMessage()
                            + " (expected: an address of this machine and a port that is free)",
                    e);
        }
    }

    /**
     * The port that was bound.
     *
     * @throws IllegalStateException before {@link #start}
     */
    public int port() {
        ZmtpServer opened = server;
        if (opened == null) {
            throw new IllegalStateException("the transport is not started");
        }
        return opened.port();
    }

    /** How many messages were refused since the start. */
    public long malformed() {
        return malformed.get();
    }

    @Override
    public boolean send(WorkerPeer peer, ToWorker message) {
        ZmtpConnection connection = peers.get(peer.id());
        if (connection == null) {
            return false;
        }
        JuliaBoxTalk talk = talks.get(peer.id());
        if (message instanceof ToWorker.Init) {
            connection.allow(talk == null ? options.maxFrame() : JuliaBoxTalk.frame(options.maxFrame()));
        }
        return talk == null ? connection.send(codec.encode(message)) : talk.say(message);
    }

    @Override
    public void drop(WorkerPeer peer) {
        ZmtpConnection connection = peers.get(peer.id());
        if (connection != null) {
            // In this order: a connection that is not known is one that has said nothing yet, or is closing.
            connection.close();
            peers.remove(peer.id());
        }
    }

    @Override
    public void close() {
        peers.clear();
        talks.clear();
        ZmtpServer opened = server;
        if (opened != null) {
            opened.close();
        }
    }

    private final class Told implements ZmtpServer.Handler {
        private final Listener listener;

        Told(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void opened(ZmtpConnection connection) {
            if (connection.replies()) {
                JuliaBoxTalk talk = new JuliaBoxTalk(codec.factory(), connection::send);
                talks.put(connection.id(), talk);
                if (!talk.ask()) {
                    connection.close();
                }
            }
        }

        @Override
        public void message(ZmtpConnection from, List<byte[]> frames) {
            boolean known = peers.containsKey(from.id());
            if (!known && from.isClosing()) {
                return;
            }
            WorkerPeer peer = new WorkerPeer(from.id());
            FromWorker message;
            try {
                JuliaBoxTalk talk = talks.get(from.id());
                message = talk == null ? codec.decodeFromWorker(frames) : talk.heard(frames);
                if (known == message instanceof FromWorker.Hello) {
                    throw new MalformedMessage(
                            (known ? "a second hello" : "no hello") + " (expected: hello first, and once)", null);
                }
            } catch (MalformedMessage e) {
                refuse(from, e);
                if (known) {
                    listener.lost(peer);
                }
                return;
            }
            if (!known) {
                peers.put(from.id(), from);
            }
            listener.received(peer, message);
        }

        private void refuse(ZmtpConnection from, MalformedMessage why) {
            malformed.incrementAndGet();
            peers.remove(from.id());
            LOG.warn("closed the worker's connection from {}: {}", from.address(), why.getMessage());
            if (!from.replies()) {
                boolean told = from.send(codec.encode(new ToWorker.Refused(String.valueOf(why.getMessage()))));
                LOG.debug("the worker was told so: {}", told);
            }
            from.close();
        }

        @Override
        public void closed(ZmtpConnection connection) {
            talks.remove(connection.id());
            if (peers.remove(connection.id()) != null && !connection.isClosing()) {
                listener.lost(new WorkerPeer(connection.id()));
            }
        }
    }
}
