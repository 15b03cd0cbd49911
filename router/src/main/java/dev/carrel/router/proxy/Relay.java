/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.protocol.signed.Claims;
import dev.carrel.router.http2.StreamCodec;
import dev.carrel.router.route.Activity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes both ways between a client and a container after a 101: frames are not looked at, so what they compress and how they close is theirs. When one side
 * ends its direction the other is told so, and the rest still flows; when one is gone, so is the other. Both sides share one event loop.
 *
 * <p>Jupyter answers one cell in several small writes with Nagle's algorithm on, and the kernel delays its acknowledgement by 40 ms. Where the transport
 * can, acknowledgements to the container are sent at once, which has to be asked for again after every read.
 */
final class Relay {
    private final Channel client;
    private final Channel upstream;
    private final @Nullable Activity activity;
    private final @Nullable ClientFrames frames;
    private final @Nullable Claims claims;
    private final long silenceNanos;
    private final Consumer<Relay> onEnd;
    private final Side forUpstream = new Side(true);
    private final Side forClient = new Side(false);
    private boolean started;
    private long lastBytes = System.nanoTime();
    private long fromClient;
    private long fromUpstream;
    private boolean ended;
    private LoopWatch.@Nullable Entry watch;

    Relay(
            Channel client,
            Channel upstream,
            @Nullable Activity activity,
            @Nullable ClientFrames frames,
            @Nullable Claims claims,
            long silenceNanos,
            Consumer<Relay> onEnd) {
        this.client = client;
        this.upstream = upstream;
        this.activity = activity;
        this.frames = frames;
        this.claims = claims;
        this.silenceNanos = silenceNanos;
        this.onEnd = onEnd;
    }

    /** By whose right it was opened; empty where none is needed. */
    Optional<Claims> claims() {
        return Optional.ofNullable(claims);
    }

    long bytesFromClient() {
        return fromClient;
    }

    long bytesFromUpstream() {
        return fromUpstream;
    }

    /** The last handler of the client's pipeline. */
    Side clientSide() {
        return forUpstream;
    }

    /** The last handler of the container's pipeline. */
    Side upstreamSide() {
        return forClient;
    }

    /** On the event loop, once both sides stand and both codecs are gone: only then may bytes be written. */
    void start(LoopWatch on) {
        started = true;
        client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        upstream.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        acknowledgeAtOnce();
        forClient.deliver();
        forUpstream.deliver();
        client.config().setAutoRead(upstream.isWritable());
        upstream.config().setAutoRead(client.isWritable());
        watch = on.add(this::look);
    }

    /** Ends both sides. Any thread. */
    void close() {
        client.close();
        upstream.close();
    }

    private void acknowledgeAtOnce() {
        if (upstream instanceof EpollSocketChannel && upstream.isActive()) {
            upstream.config().setOption(EpollChannelOption.TCP_QUICKACK, true);
        } else if (upstream instanceof IoUringSocketChannel && upstream.isActive()) {
            upstream.config().setOption(IoUringChannelOption.TCP_QUICKACK, true);
        }
    }

    private void look() {
        if (System.nanoTime() - lastBytes >= silenceNanos) {
            close();
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            if (watch != null) {
                watch.remove();
            }
            onEnd.accept(this);
        }
    }

    /** Reads one side and writes the other. */
    final class Side extends ChannelInboundHandlerAdapter {
        private final boolean isClient;
        /** What the codec had read beyond the switch; no more than one read's worth. */
        private final Deque<ByteBuf> early = new ArrayDeque<>();

        private boolean inputEnded;

        private Side(boolean isClient) {
            this.isClient = isClient;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (!(message instanceof ByteBuf bytes)) {
                // What the codec had still to say when it was removed.
                ReferenceCountUtil.release(message);
                return;
            }
            lastBytes = System.nanoTime();
            if (activity != null) {
                activity.touch();
            }
            if (isClient) {
                fromClient += bytes.readableBytes();
                if (frames != null && activity != null && frames.data(bytes)) {
                    activity.use();
                }
            } else {
                fromUpstream += bytes.readableBytes();
            }
            if (!started) {
                early.add(bytes);
                return;
            }
            peer().write(bytes);
            if (!peer().isWritable()) {
                context.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (started) {
                peer().flush();
            }
            if (!isClient) {
                acknowledgeAtOnce();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            peer().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (!inputEnded
                    && (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent)) {
                inputEnded = true;
                Channel other = peer();
                other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> endOutput(other));
                if ((isClient ? forClient : forUpstream).inputEnded) {
                    other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> close());
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            peer().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            end();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            close();
        }

        private void deliver() {
            for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
                peer().write(bytes);
            }
            peer().flush();
        }

        private Channel peer() {
            return isClient ? upstream : client;
        }

        private static void endOutput(Channel channel) {
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (tls != null && channel.isActive()) {
                // Without its own word for the end, TLS takes an end for an attack.
                tls.closeOutbound().addListener(_ -> shutdown(channel));
            } else {
                shutdown(channel);
            }
        }

        private static void shutdown(Channel channel) {
            if (channel instanceof DuplexChannel duplex && channel.isActive()) {
                var _ = duplex.shutdownOutput();
            } else if (channel.isActive()) {
                channel.writeAndFlush(StreamCodec.End.END);
            }
        }
    }
}
