/* Copyright the Carrel authors. */
package dev.carrel.router.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one connection beside its streams: that it does not rest for ever, that it takes what is sent to it, and that it does not keep us busy with frames that ask
 * for nothing (PING, SETTINGS, PRIORITY). Last in the connection's pipeline; event loop only.
 */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionGuard.class);
    private static final int MAX_CONTROL = 500;
    private static final long CONTROL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long idleNanos;
    private final long stallNanos;
    private @Nullable Http2FrameCodec codec;
    private @Nullable Future<?> timer;
    private long busyAt = System.nanoTime();
    private long progressAt = System.nanoTime();
    private long progressSeen;
    private long controlSince = System.nanoTime();
    private int control;
    private boolean retired;

    ConnectionGuard(Http2Limits limits) {
        this.idleNanos = limits.idle().toNanos();
        this.stallNanos = limits.stall().toNanos();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        codec = context.pipeline().get(Http2FrameCodec.class);
        context.writeAndFlush(
                new DefaultHttp2WindowUpdateFrame(Http2Front.CONNECTION_WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE));
        long period = Math.clamp(Math.min(idleNanos, stallNanos) / 4, 5_000_000L, 5_000_000_000L);
        timer = context.executor().scheduleWithFixedDelay(() -> look(context), period, period, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stop();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stop();
        context.fireChannelInactive();
    }

    /** Says GOAWAY and stays as long as there are streams. */
    void retire(ChannelHandlerContext context) {
        retired = true;
        context.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        look(context);
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        // What belongs to a stream has gone to the stream: these are the connection's own.
        ReferenceCountUtil.release(message);
        if (message instanceof Http2GoAwayFrame) {
            return;
        }
        long now = System.nanoTime();
        if (now - controlSince > CONTROL_NANOS) {
            controlSince = now;
            control = 0;
        }
        if (++control == MAX_CONTROL) {
            LOG.warn(
                    "{}: closed: more than {} frames that ask for nothing within 10 s", context.channel(), MAX_CONTROL);
            context.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM))
                    .addListener(_ -> closeNow(context));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        LOG.trace("{}: {}", context.channel(), event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable root = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (root instanceof Http2Exception) {
            // Netty says GOAWAY with the error's own number next, and closes.
            LOG.debug("{}: {}", context.channel(), root.getMessage());
            return;
        }
        if (root instanceof IOException) {
            LOG.debug("{}: {}", context.channel(), root.getMessage());
        } else {
            LOG.error("{}: connection closed by an unexpected failure", context.channel(), cause);
        }
        closeNow(context);
    }

    /** Past the codec, which would wait for streams under way. */
    private static void closeNow(ChannelHandlerContext context) {
        context.pipeline().firstContext().close();
    }

    private void look(ChannelHandlerContext context) {
        long now = System.nanoTime();
        if (codec != null && codec.connection().numActiveStreams() > 0) {
            busyAt = now;
        } else if (retired || now - busyAt >= idleNanos) {
            context.close();
            return;
        }
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        long waiting = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long progress = buffer == null ? 0 : 31 * waiting + buffer.currentProgress();
        if (waiting == 0 || progress != progressSeen) {
            progressSeen = progress;
            progressAt = now;
        } else if (now - progressAt >= stallNanos) {
            closeNow(context);
        }
    }
}
