/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.transport.ClientAddress;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.TransportProtocol;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the header of the PROXY protocol, in version 1 or 2, with which a load balancer begins a connection. Nobody behind it hears of the connection before
 * it is known whence it comes; one without that header, or with a late one, is closed. First in the pipeline of such a connection, which
 * it leaves when it is done. Event loop only.
 */
final class BalancerHeader extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(BalancerHeader.class);
    private static final String DECODER = "balancer.decoder";
    /** What balancers add to the addresses: certificates' names, ids of endpoints. */
    private static final int MAX_EXTENSIONS = 4096;

    private final long limitNanos;
    private @Nullable Future<?> limit;
    private boolean active;

    BalancerHeader(Duration limit) {
        this.limitNanos = limit.toNanos();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.pipeline().addBefore(context.name(), DECODER, new HAProxyMessageDecoder(MAX_EXTENSIONS, true));
        limit = context.executor()
                .schedule(() -> refuse(context, "no PROXY header in time"), limitNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (limit != null) {
            limit.cancel(false);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        active = true;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        // Whoever never heard that it began need not hear that it ended.
        handlerRemoved(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            ReferenceCountUtil.release(message);
            refuse(context, "no PROXY header");
            return;
        }
        try {
            // The balancer itself looks whether we are there, or it does not know: then it is the peer.
            boolean proxied = header.command() == HAProxyCommand.PROXY
                    && header.proxiedProtocol().transportProtocol() == TransportProtocol.STREAM
                    && header.sourceAddress() != null
                    && header.sourcePort() >= 0;
            if (proxied) {
                ClientAddress.told(
                        context.channel(),
                        new InetSocketAddress(InetAddress.ofLiteral(header.sourceAddress()), header.sourcePort()));
            }
        } catch (IllegalArgumentException _) {
            refuse(context, "a PROXY header whose address is none");
            return;
        } finally {
            header.release();
        }
        if (active) {
            context.fireChannelActive();
        }
        // Bytes that came with the header follow from the decoder, which goes by itself.
        context.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        refuse(context, String.valueOf(cause.getMessage()));
    }

    private static void refuse(ChannelHandlerContext context, String reason) {
        if (context.channel().isActive()) {
            LOG.warn(
                    "{}: closed: {} (router.proxy-protocol-from says that this address sends one)",
                    context.channel(),
                    reason);
            context.close();
        }
    }
}
