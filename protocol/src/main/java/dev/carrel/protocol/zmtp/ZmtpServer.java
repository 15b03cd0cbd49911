/* Copyright the Carrel authors. */
package dev.carrel.protocol.zmtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for DEALERs and REPs. One platform thread reads for all connections and tells the handler. A peer that breaks the protocol or a limit is closed, with a
 * line in the log; nothing it does holds others up.
 */
public final class ZmtpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ZmtpServer.class);
    private static final int READ = 256 * 1024;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int BACKLOG = 512;

    /** Told of what comes, on the server's thread, one call at a time. Must be quick. */
    public interface Handler {
        /** A connection has finished its handshake. */
        default void opened(ZmtpConnection connection) {}

        /** A whole message. */
        void message(ZmtpConnection from, List<byte[]> frames);

        /** A connection is gone, by whoever's doing. Not told of one that never finished its handshake. */
        void closed(ZmtpConnection connection);
    }

    private final ZmtpLimits limits;
    private final long busyPoll;
    private final Selector selector;
    private final ServerSocketChannel listening;
    private final SelectionKey acceptKey;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean started = new AtomicBoolean();
    private final Queue<ZmtpConnection> looked = new ConcurrentLinkedQueue<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ);
    private final ArrayDeque<ZmtpConnection> toWrite = new ArrayDeque<>();
    private volatile @Nullable Thread thread;
    private volatile boolean closing;
    private long lastEvent = System.nanoTime();
    private long lastId;
    private long nextCheck = System.nanoTime();
    private long acceptAgain;

    /**
     * Binds; nobody is answered before {@link #start}.
     *
     * @param port 0 for any
     * @param busyPollMicros for how many microseconds after each event the thread looks for the next one before it sleeps; 0 to sleep at once
     * @throws IOException when the address cannot be bound
     */
    public ZmtpServer(String host, int port, ZmtpLimits limits, int busyPollMicros) throws IOException {
        this.limits = limits;
        this.busyPoll = TimeUnit.MICROSECONDS.toNanos(busyPollMicros);
        listening = ServerSocketChannel.open();
        try {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new IOException("unknown host");
            }
            listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            listening.bind(address, BACKLOG);
            listening.configureBlocking(false);
            selector = Selector.open();
            acceptKey = listening.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException | RuntimeException e) {
            listening.close();
            throw e;
        }
    }

    /** The port that was bound. */
    public int port() {
        return listening.socket().getLocalPort();
    }

    /** Starts to listen. */
    public void start(String name, Handler handler) {
        if (started.compareAndSet(false, true)) {
            Thread.ofPlatform().name(name).start(() -> serve(handler));
        }
    }

    private void serve(Handler handler) {
        thread = Thread.currentThread();
        try {
            while (!closing) {
                select(handler);
                round(handler);
            }
            for (SelectionKey key : List.copyOf(selector.keys())) {
                if (key.attachment() instanceof ZmtpConnection connection) {
                    connection.write();
                    end(connection, handler);
                }
            }
        } catch (IOException | ClosedSelectorException e) {
            LOG.error("the server of workers ended", e);
        } finally {
            closing = true;
            closeAll();
            ended.countDown();
        }
    }

    /** Looks for the next event for a moment before it sleeps, as the loops of {@code http}'s transport do; between two looks others may run. */
    @SuppressWarnings(
            "ThreadPriorityCheck") // a hint: nothing relies on it, but those whose message we wait for may need our
    // processor
    private void select(Handler handler) throws IOException {
        while (System.nanoTime() - lastEvent < busyPoll && looked.isEmpty() && !closing) {
            if (selector.selectNow(key -> ready(key, handler)) > 0) {
                lastEvent = System.nanoTime();
                return;
            }
            Thread.yield();
        }
        if (selector.select(key -> ready(key, handler), 1000) > 0) {
            lastEvent = System.nanoTime();
        }
    }

    private void ready(SelectionKey key, Handler handler) {
        if (!key.isValid()) {
            return;
        }
        if (key.isAcceptable()) {
            accept();
        } else if (key.attachment() instanceof ZmtpConnection connection) {
            if (key.isReadable()) {
                read(connection, handler);
            }
            if (key.isValid() && key.isWritable()) {
                connection.write();
            }
        }
    }

    private void accept() {
        SocketChannel channel = null;
        try {
            channel = listening.accept();
            if (channel == null) {
                return;
            }
            String address = String.valueOf(channel.getRemoteAddress());
            if (selector.keys().size() > limits.connections()) {
                LOG.warn(
                        "closed a connection from {}: there are {} (expected: no more)", address, limits.connections());
                channel.close();
                return;
            }
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            ZmtpConnection connection = new ZmtpConnection(++lastId, this, channel, key, limits, address);
            key.attach(connection);
            connection.greet();
        } catch (IOException e) {
            // Mostly: too many open files. Asking at once again would only burn time.
            LOG.warn("a connection could not be taken: {}", e.getMessage());
            acceptKey.interestOps(0);
            acceptAgain = System.nanoTime() + SECOND;
            closeQuietly(channel);
        }
    }

    // A fault of the handler's over one message must not end the connections of all others.
    @SuppressWarnings("PMD.AvoidCatchingGenericException")
    private void read(ZmtpConnection connection, Handler handler) {
        try {
            connection.read(buffer, handler);
        } catch (ZmtpException e) {
            LOG.warn("closed the connection from {}: {}", connection.address(), e.getMessage());
            end(connection, handler);
        } catch (IOException e) {
            LOG.debug("the connection from {} is gone: {}", connection.address(), e.getMessage());
            end(connection, handler);
        } catch (RuntimeException e) {
            LOG.error("closed the connection from {}: what it said was not taken", connection.address(), e);
            end(connection, handler);
        }
    }

    /** What is done when everything was read that was there. */
    private void round(Handler handler) {
        long now = System.nanoTime();
        if (now - nextCheck >= 0) {
            nextCheck = now + SECOND;
            for (SelectionKey key : selector.keys()) {
                if (key.attachment() instanceof ZmtpConnection connection && connection.waits()) {
                    looked.add(connection);
                }
            }
            if (acceptKey.interestOps() == 0 && now - acceptAgain >= 0) {
                acceptKey.interestOps(SelectionKey.OP_ACCEPT);
            }
        }
        // The handler may send or close when it is told that a connection is gone.
        while (!toWrite.isEmpty() || !looked.isEmpty()) {
            for (ZmtpConnection next = toWrite.poll(); next != null; next = toWrite.poll()) {
                next.writeMarked();
            }
            ZmtpConnection next = looked.poll();
            if (next != null) {
                look(next, now, handler);
            }
        }
    }

    private void look(ZmtpConnection connection, long now, Handler handler) {
        if (connection.isClosing()) {
            connection.lastDeadline(now + SECOND);
        }
        if (connection.isDone(now)) {
            if (!connection.isClosing()) {
                LOG.debug("closed the connection from {}", connection.address());
            }
            end(connection, handler);
        }
    }

    private void end(ZmtpConnection connection, Handler handler) {
        SelectionKey key = connection.key();
        if (key.attachment() == null) {
            return;
        }
        key.attach(null);
        connection.broken();
        key.cancel();
        closeQuietly((SocketChannel) key.channel());
        if (connection.isOpen()) {
            handler.closed(connection);
        }
    }

    boolean isOwnThread() {
        return Thread.currentThread().equals(thread);
    }

    /** Has the server look whether a connection has to go. From any thread. */
    void look(ZmtpConnection connection) {
        looked.add(connection);
        wake();
    }

    /** From any thread. */
    void wake() {
        if (!isOwnThread()) {
            selector.wakeup();
        }
    }

    /** On the server's thread. */
    void writeLater(ZmtpConnection connection) {
        toWrite.add(connection);
    }

    private static void closeQuietly(@Nullable SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("closing a connection", e);
        }
    }

    private void closeAll() {
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            LOG.warn("closing the server of workers", e);
        }
    }

    /** Writes what the kernel still takes and closes all connections and the port; waits two seconds at most. Closing twice is fine. */
    @Override
    public void close() {
        closing = true;
        if (started.compareAndSet(false, true)) {
            closeAll();
            return;
        }
        selector.wakeup();
        try {
            if (!isOwnThread() && !ended.await(2, TimeUnit.SECONDS)) {
                LOG.warn("the server of workers did not end in two seconds");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
