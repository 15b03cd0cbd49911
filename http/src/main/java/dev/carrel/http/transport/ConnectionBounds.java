/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the open connections of one server, in all and from one remote address, which for IPv6 is a network of 64 bits: whoever has one address there has
 * them all. What exceeds a bound is closed at once, unanswered:
 * an answer would cost what the bound saves. First in the pipeline; shared by all connections of a server; any event loop.
 */
@Sharable
public final class ConnectionBounds extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionBounds.class);
    private static final AttributeKey<Boolean> COUNTED = AttributeKey.valueOf(ConnectionBounds.class, "counted");

    private final int max;
    private final int maxPerRemote;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private final Map<Object, Integer> byRemote = new ConcurrentHashMap<>();

    /**
     * Both bounds.
     *
     * @param maxPerRemote for a server behind a proxy of ours, where all come from one address, the same as {@code max}
     */
    public ConnectionBounds(int max, int maxPerRemote) {
        if (max < 1 || maxPerRemote < 1) {
            throw new IllegalArgumentException(
                    "max connections: " + max + ", per remote: " + maxPerRemote + " (expected: 1 or more)");
        }
        this.max = max;
        this.maxPerRemote = maxPerRemote;
    }

    /** Connections open now. */
    public int open() {
        return open.get();
    }

    /** Connections closed for want of room since the start. */
    public long refused() {
        return refused.get();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (enter(context)) {
            context.fireChannelActive();
        } else {
            long count = refused.incrementAndGet();
            if (Long.bitCount(count) == 1) {
                LOG.warn(
                        "connection closed: {} open, at most {} in all and {} per remote ({} refused so far)",
                        open.get(),
                        max,
                        maxPerRemote,
                        count);
            }
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (context.channel().attr(COUNTED).getAndSet(null) != null) {
            open.decrementAndGet();
            Object remote = remote(context);
            if (remote != null) {
                byRemote.computeIfPresent(remote, (_, count) -> count > 1 ? count - 1 : null);
            }
            context.fireChannelInactive();
        }
    }

    private boolean enter(ChannelHandlerContext context) {
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            return false;
        }
        Object remote = remote(context);
        if (remote != null && byRemote.merge(remote, 1, Integer::sum) > maxPerRemote) {
            byRemote.computeIfPresent(remote, (_, count) -> count > 1 ? count - 1 : null);
            open.decrementAndGet();
            return false;
        }
        context.channel().attr(COUNTED).set(true);
        return true;
    }

    /** An IPv4 address, the first half of an IPv6 one, or null when there is neither. */
    private static @Nullable Object remote(ChannelHandlerContext context) {
        InetSocketAddress client = ClientAddress.of(context.channel());
        InetAddress address = client == null ? null : client.getAddress();
        return address instanceof Inet6Address six
                ? (Object) ByteBuffer.wrap(six.getAddress()).getLong()
                : address;
    }
}
