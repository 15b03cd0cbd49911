/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.transport.StrictClientCodec;
import dev.carrel.http.transport.StrictHttp;
import dev.carrel.http.transport.StrictHttpLimits;
import dev.carrel.http.transport.Transport;
import dev.carrel.router.route.Target;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Opens connections to targets. Called on event loops, answers on the same one; names are looked up on a virtual thread. */
final class Connector {
    static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    static final String CODEC = "http.codec";

    /** Of answers' heads. Programs in sessions are chattier than browsers: policies and cookies of many kilobytes occur. */
    private static final StrictHttpLimits ANSWERS = new StrictHttpLimits(8 * 1024, 64 * 1024, 256);

    private static final String TLS = "tls";

    private final Transport transport;
    private final TargetTls tls;
    private final int connectMillis;
    private final @Nullable SslContext peers;

    /** Hears how it went; exactly one of the two, once, on the event loop. */
    interface Outcome {
        /** It is open. Whoever does not want it any more must close it. */
        void connected(Upstream upstream);

        /** It is not, and why. */
        void failed(Throwable cause);
    }

    Connector(Transport transport, TargetTls tls, Duration connectTimeout) {
        this(transport, tls, connectTimeout, null);
    }

    /** @param peers by which every target is spoken to, for the way to other instances; null for what its URL says */
    Connector(Transport transport, TargetTls tls, Duration connectTimeout, @Nullable SslContext peers) {
        this.peers = peers;
        this.transport = transport;
        this.tls = tls;
        this.connectMillis = Math.toIntExact(connectTimeout.toMillis());
    }

    void connect(Target target, EventLoop loop, Outcome outcome) {
        if (target.via() == Target.Via.UNIX) {
            open(target, transport.unixConnector(loop), transport.unixAddress(Path.of(target.host())), outcome);
            return;
        }
        byte @Nullable [] literal = NetUtil.createByteArrayFromIpAddressString(target.host());
        if (literal != null) {
            connect(target, address(target, literal), loop, outcome);
            return;
        }
        Thread.ofVirtual().name("resolve").start(() -> {
            try {
                InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(target.host()), target.port());
                loop.execute(() -> connect(target, address, loop, outcome));
            } catch (UnknownHostException e) {
                loop.execute(() -> outcome.failed(e));
            } catch (RejectedExecutionException _) {
                // The loops have stopped, and with them everything that could hear of it.
            }
        });
    }

    private void connect(Target target, InetSocketAddress address, EventLoop loop, Outcome outcome) {
        open(target, transport.connector(loop), address, outcome);
    }

    private void open(Target target, Bootstrap bootstrap, SocketAddress address, Outcome outcome) {
        ChannelFuture connecting = bootstrap
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (peers != null) {
                            channel.pipeline()
                                    .addLast(TLS, peers.newHandler(channel.alloc(), target.host(), target.port()));
                        } else if (target.via() == Target.Via.HTTPS) {
                            channel.pipeline().addLast(TLS, tls.handler(channel, target));
                        }
                        StrictClientCodec codec = StrictHttp.clientCodec(ANSWERS);
                        channel.pipeline()
                                .addLast(CODEC, codec)
                                .addLast("upstream", new Upstream(target, channel, codec));
                    }
                })
                .connect(address);
        connecting.addListener(done -> {
            Channel channel = connecting.channel();
            SslHandler handshake = channel.pipeline().get(SslHandler.class);
            if (!done.isSuccess()) {
                outcome.failed(done.cause());
            } else if (handshake == null) {
                outcome.connected(channel.pipeline().get(Upstream.class));
            } else {
                handshake.handshakeFuture().addListener(shaken -> proved(channel, shaken, outcome));
            }
        });
    }

    private static void proved(Channel channel, Future<?> handshake, Outcome outcome) {
        Upstream upstream = channel.pipeline().get(Upstream.class);
        if (handshake.isSuccess() && upstream != null) {
            outcome.connected(upstream);
        } else {
            channel.close();
            outcome.failed(handshake.isSuccess() ? new ClosedChannelException() : handshake.cause());
        }
    }

    private static InetSocketAddress address(Target target, byte[] literal) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(literal), target.port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
