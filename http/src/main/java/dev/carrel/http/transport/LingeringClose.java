/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
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

    /** Begins to close; calling it again changes nothing. Writes after this are lost. */
    public static void begin(Channel channel) {
        if (!channel.isActive() || channel.pipeline().get(LingeringClose.class) != null) {
            return;
        }
        channel.pipeline().addFirst("linger", new LingeringClose());
        channel.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER);
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            channel.close();
            return;
        }
        channel.config().setAutoRead(true);
        channel.read();
        channel.eventLoop().schedule(() -> channel.close(), MAX_SECONDS, TimeUnit.SECONDS);
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
