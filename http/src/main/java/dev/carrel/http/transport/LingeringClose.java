/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose client may still be sending, so that it gets to read the answer. A plain close with unread bytes in the
 * socket makes the kernel send a reset, which can overtake the answer and erase it. So: finish what is being written, end our
 * direction, throw away what still comes for a bounded time and amount, then close. Event loop only.
 */
public final class LingeringClose extends ChannelInboundHandlerAdapter {
    private static final int MAX_DISCARDED = 1024 * 1024;
    private static final long MAX_SECONDS = 2;

    private int discarded;

    private LingeringClose() {}

    /**
     * Begins to close; calling it again changes nothing. Writes after this are lost. A stream of HTTP/2 ends with its last frame and
     * needs no such care.
     */
    public static void begin(Channel channel) {
        if (channel.parent() instanceof DuplexChannel) {
            return;
        }
        if (!channel.isActive() || channel.pipeline().get(LingeringClose.class) != null) {
            return;
        }
        LingeringClose linger = new LingeringClose();
        channel.pipeline().addFirst("linger", linger);
        ending(channel, linger).addListener(_ -> {
            if (channel instanceof DuplexChannel duplex && duplex.isActive()) {
                duplex.shutdownOutput();
            } else {
                channel.close();
            }
        });
        channel.config().setAutoRead(true);
        channel.read();
        Future<?> limit = channel.eventLoop().schedule(() -> channel.close(), MAX_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(_ -> limit.cancel(false));
    }

    /** Behind all that is still to be written, and past every handler but TLS, which has its own word for the end. */
    private static ChannelFuture ending(Channel channel, LingeringClose linger) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        // Even when nothing is left to write: io_uring writes only after this call returns.
        return tls == null
                ? channel.pipeline().context(linger).writeAndFlush(Unpooled.EMPTY_BUFFER)
                : tls.closeOutbound();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            discarded += bytes.readableBytes();
        }
        ReferenceCountUtil.release(message);
        if (discarded > MAX_DISCARDED) {
            context.close();
        }
    }
}
