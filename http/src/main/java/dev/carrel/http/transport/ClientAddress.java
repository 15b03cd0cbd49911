/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Whence a connection comes: what a load balancer that may say so has said, else the other end of the socket. Any thread. */
public final class ClientAddress {
    private static final AttributeKey<InetSocketAddress> TOLD = AttributeKey.valueOf(ClientAddress.class, "told");

    private ClientAddress() {}

    /** Takes note of what a load balancer said of a connection. The caller has made sure that it may. */
    public static void told(Channel channel, InetSocketAddress address) {
        channel.attr(TOLD).set(address);
    }

    /** For a connection or for a stream of one; null when it is no internet socket, or not connected. */
    public static @Nullable InetSocketAddress of(Channel channel) {
        for (Channel here = channel; here != null; here = here.parent()) {
            InetSocketAddress told = here.attr(TOLD).get();
            if (told != null) {
                return told;
            }
        }
        return channel.remoteAddress() instanceof InetSocketAddress address ? address : null;
    }
}
