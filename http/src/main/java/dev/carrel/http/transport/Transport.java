/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of one process: one loop that only accepts, and worker loops that serve. Accepting has a loop of its own because
 * workers busy with requests would leave new connections waiting in the kernel's queue for seconds. Opened and closed by the
 * owner's thread; everything bound to it must be closed before it.
 */
public final class Transport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);

    private final TransportKind kind;
    private final int backlog;
    private final EventLoopGroup boss;
    private final EventLoopGroup workers;

    private Transport(TransportKind kind, int workerCount, TransportSettings settings, String name) {
        this.kind = kind;
        this.backlog = settings.backlog();
        this.boss =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name + "-accept", true), kind.ioHandlers());
        this.workers = new MultiThreadIoEventLoopGroup(
                workerCount,
                new DefaultThreadFactory(name + "-loop", true),
                BusyPollingIoHandler.around(kind.ioHandlers(), settings.busyPollMicros()));
    }

    /**
     * Starts the loops.
     *
     * @param name what the threads are called, e.g. {@code router}
     * @throws IllegalArgumentException when the settings name a transport that does not work here
     */
    public static Transport open(TransportSettings settings, String name) {
        TransportKind kind = TransportKind.choose(settings.kind());
        int workers = settings.workers() == 0 ? Runtime.getRuntime().availableProcessors() : settings.workers();
        LOG.info(
                "{}: transport {} with {} worker loops (setting: {})",
                name,
                kind.settingName(),
                workers,
                settings.kind());
        return new Transport(kind, workers, settings, name);
    }

    /** Which way to the kernel is in use. */
    public TransportKind kind() {
        return kind;
    }

    /** The loops that serve connections. */
    public EventLoopGroup workers() {
        return workers;
    }

    /**
     * Listens. Blocks until the port is open.
     *
     * @param setting what the operator calls this port, e.g. {@code router.port}; it goes into the failure's message
     * @param port 0 for any free port
     * @throws BindFailure when the port cannot be opened
     */
    public Channel bind(String host, int port, String setting, ChannelInitializer<SocketChannel> connections) {
        InetSocketAddress address = resolved(host, port, setting);
        return listen(bootstrap(connections), address, setting);
    }

    /**
     * The same on a port that another process of the same user may take over later by calling this, too.
     *
     * @param takeOver whether another process listens there now, and everything new shall come to us from now on; else the port must be free
     */
    public Channel bindShared(
            String host, int port, String setting, ChannelInitializer<SocketChannel> connections, boolean takeOver) {
        InetSocketAddress address = resolved(host, port, setting);
        try {
            if (!takeOver) {
                SharedPort.requireFree(address);
            }
        } catch (IOException e) {
            throw bindFailure(host, port, setting, e);
        }
        ServerBootstrap bootstrap = bootstrap(connections);
        SharedPort.share(bootstrap, kind);
        Channel listening = listen(bootstrap, address, setting);
        if (takeOver) {
            SharedPort.takeOver(listening);
        }
        return listening;
    }

    private static InetSocketAddress resolved(String host, int port, String setting) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new BindFailure(
                    "unknown address: " + host + " (" + setting + "); set it to an address of this machine",
                    host,
                    port,
                    new java.net.UnknownHostException(host));
        }
        return address;
    }

    private ServerBootstrap bootstrap(ChannelInitializer<SocketChannel> connections) {
        return new ServerBootstrap()
                .group(boss, workers)
                .channel(kind.serverChannel())
                .option(ChannelOption.SO_BACKLOG, backlog)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childHandler(connections);
    }

    private static Channel listen(ServerBootstrap bootstrap, InetSocketAddress address, String setting) {
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw bindFailure(address.getHostString(), address.getPort(), setting, bound.cause());
        }
        LOG.info("listening on {}", bound.channel().localAddress());
        return bound.channel();
    }

    /** A bootstrap for outgoing connections on the given loop, so that both ends of a relayed connection share one thread. */
    public Bootstrap connector(EventLoop loop) {
        return new Bootstrap()
                .group(loop)
                .channel(kind.clientChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
    }

    /** The same for a Unix socket, whose address is {@link #unixAddress}. */
    public Bootstrap unixConnector(EventLoop loop) {
        return new Bootstrap()
                .group(loop)
                .channel(kind.unixChannel())
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
    }

    /** A Unix socket's address as this transport wants it. */
    public SocketAddress unixAddress(Path socket) {
        return kind.unixAddress(socket);
    }

    /** Stops all loops after what they still run; waits at most five seconds. */
    @Override
    public void close() {
        close(Duration.ofSeconds(5));
    }

    /** Stops all loops after what they still run; waits at most the given time. */
    public void close(Duration atMost) {
        long millis = atMost.toMillis();
        boss.shutdownGracefully(0, millis, TimeUnit.MILLISECONDS);
        workers.shutdownGracefully(0, millis, TimeUnit.MILLISECONDS);
        boolean stopped = boss.terminationFuture().awaitUninterruptibly(millis, TimeUnit.MILLISECONDS)
                && workers.terminationFuture().awaitUninterruptibly(millis, TimeUnit.MILLISECONDS);
        if (!stopped) {
            LOG.warn("event loops did not stop within {}; a task on them is stuck", atMost);
        }
    }

    private static BindFailure bindFailure(String host, int port, String setting, Throwable cause) {
        String where = host + ":" + port;
        String reason = String.valueOf(cause.getMessage());
        String message;
        if (reason.contains("in use")) {
            message = "port in use: " + where + " (" + setting + "); stop the program that listens there or set "
                    + setting + " to a free port";
        } else if (reason.contains("denied") || reason.contains("not permitted")) {
            message = "port not allowed: " + where + " (" + setting
                    + "); ports below 1024 need root or CAP_NET_BIND_SERVICE: set " + setting + " to a higher one";
        } else if (cause instanceof BindException || reason.contains("assign")) {
            message = "address not of this machine: " + where + " (" + setting
                    + "); set it to 127.0.0.1, 0.0.0.0 or an own address";
        } else {
            message = "cannot listen on " + where + " (" + setting + "): " + reason;
        }
        return new BindFailure(message, host, port, cause);
    }
}
