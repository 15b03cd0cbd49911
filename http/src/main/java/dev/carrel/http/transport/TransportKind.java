/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The three ways to reach the kernel, fastest first. Containers' seccomp profiles often forbid io_uring, hence the choice at run time. */
public enum TransportKind {
    IO_URING(
            "io_uring", IoUringServerSocketChannel.class, IoUringSocketChannel.class, IoUringDomainSocketChannel.class),
    EPOLL("epoll", EpollServerSocketChannel.class, EpollSocketChannel.class, EpollDomainSocketChannel.class),
    NIO("nio", NioServerSocketChannel.class, NioSocketChannel.class, NioDomainSocketChannel.class);

    private final String settingName;
    private final Class<? extends ServerSocketChannel> serverChannel;
    private final Class<? extends SocketChannel> clientChannel;
    private final Class<? extends Channel> unixChannel;

    TransportKind(
            String settingName,
            Class<? extends ServerSocketChannel> serverChannel,
            Class<? extends SocketChannel> clientChannel,
            Class<? extends Channel> unixChannel) {
        this.settingName = settingName;
        this.serverChannel = serverChannel;
        this.clientChannel = clientChannel;
        this.unixChannel = unixChannel;
    }

    /**
     * The kind a setting names, {@code auto} being the first that works here.
     *
     * @throws IllegalArgumentException when the word is unknown or the kind it names does not work on this machine
     */
    public static TransportKind choose(String setting) {
        String wanted = setting.toLowerCase(Locale.ROOT);
        if (wanted.equals("auto")) {
            return IO_URING.works() ? IO_URING : EPOLL.works() ? EPOLL : NIO;
        }
        for (TransportKind kind : values()) {
            if (kind.settingName.equals(wanted)) {
                Throwable cause = kind.whyNot();
                if (cause != null) {
                    throw new IllegalArgumentException(
                            "transport: " + wanted + " does not work on this machine (" + cause.getMessage()
                                    + "); set it to auto",
                            cause);
                }
                return kind;
            }
        }
        throw new IllegalArgumentException("transport: " + setting + " (expected: auto, io_uring, epoll or nio)");
    }

    /** The word for it in settings and logs. */
    public String settingName() {
        return settingName;
    }

    Class<? extends ServerSocketChannel> serverChannel() {
        return serverChannel;
    }

    Class<? extends SocketChannel> clientChannel() {
        return clientChannel;
    }

    Class<? extends Channel> unixChannel() {
        return unixChannel;
    }

    SocketAddress unixAddress(Path socket) {
        return this == NIO ? UnixDomainSocketAddress.of(socket) : new DomainSocketAddress(socket.toString());
    }

    IoHandlerFactory ioHandlers() {
        return switch (this) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    /** Whether this machine and its sandbox allow it. */
    public boolean works() {
        return whyNot() == null;
    }

    private @Nullable Throwable whyNot() {
        return switch (this) {
            case IO_URING -> IoUring.unavailabilityCause();
            case EPOLL -> Epoll.unavailabilityCause();
            case NIO -> null;
        };
    }
}
