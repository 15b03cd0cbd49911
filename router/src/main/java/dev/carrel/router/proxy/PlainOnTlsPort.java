/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.util.List;

/**
 * Stands before TLS on one connection and looks at its first byte only: every record of TLS begins with a number below 32, every request of HTTP with a
 * letter. Whoever typed {@code http://} and a port that speaks TLS is told so instead of being cut off without a word; TLS goes by untouched. How long the
 * first byte may take, the handshake's limit says.
 */
final class PlainOnTlsPort extends ChannelInboundHandlerAdapter {
    private final PlainHttp plain;
    private final List<String> tls;
    private final Runnable found;

    /**
     * For one connection.
     *
     * @param tls the names of the handlers that a client without TLS has no use for
     * @param found called when it is such a client
     */
    PlainOnTlsPort(PlainHttp plain, List<String> tls, Runnable found) {
        this.plain = plain;
        this.tls = tls;
        this.found = found;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes && bytes.isReadable()) {
            ChannelPipeline pipeline = context.pipeline();
            if (letter(bytes.getByte(bytes.readerIndex()))) {
                found.run();
                tls.forEach(pipeline::remove);
                plain.add(pipeline);
            }
            pipeline.remove(this);
        }
        context.fireChannelRead(message);
    }

    private static boolean letter(byte first) {
        return first >= 'A' && first <= 'Z' || first >= 'a' && first <= 'z';
    }
}
