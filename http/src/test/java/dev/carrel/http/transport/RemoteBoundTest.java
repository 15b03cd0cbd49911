/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections are counted by who can have them: one IPv4 address, or one IPv6 network of 64 bits. */
class RemoteBoundTest {
    private final ConnectionBounds bounds = new ConnectionBounds(100, 2);
    private final List<EmbeddedChannel> open = new ArrayList<>();

    /** A connection from wherever we like, which no test on one machine can open. */
    private static final class From extends EmbeddedChannel {
        private final InetAddress address;

        From(ConnectionBounds bounds, InetAddress address) {
            super(false, false);
            this.address = address;
            pipeline().addLast(bounds);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return address == null ? null : new InetSocketAddress(address, 1);
        }
    }

    private boolean admitted(String address) throws Exception {
        return connect(address).isActive();
    }

    private EmbeddedChannel connect(String address) throws Exception {
        EmbeddedChannel channel = new From(bounds, literal(address));
        channel.register();
        open.add(channel);
        return channel;
    }

    private static InetAddress literal(String address) throws UnknownHostException {
        return InetAddress.getByName(address);
    }

    @AfterEach
    void nothingIsCountedOnceAllAreGone() {
        open.forEach(EmbeddedChannel::close);
        assertThat(bounds.open()).isZero();
    }

    @Test
    void addressesOfOneNetworkOf64BitsCountTogether() throws Exception {
        assertThat(admitted("2001:db8:1:2::1")).isTrue();
        assertThat(admitted("2001:db8:1:2:ffff:ffff:ffff:ffff")).isTrue();

        assertThat(admitted("2001:db8:1:2:3:4:5:6")).isFalse();

        assertThat(admitted("2001:db8:1:3::1")).isTrue();
        assertThat(bounds.refused()).isOne();
    }

    @Test
    void everyAddressOfIpv4CountsForItselfHoweverItIsSpelled() throws Exception {
        assertThat(admitted("192.0.2.1")).isTrue();
        assertThat(admitted("::ffff:192.0.2.1")).isTrue();
        assertThat(admitted("192.0.2.1")).isFalse();
        assertThat(admitted("::ffff:c000:201")).isFalse();
        assertThat(admitted("192.0.2.2")).isTrue();
    }

    @Test
    void whoHasGoneMakesRoom() throws Exception {
        EmbeddedChannel first = connect("2001:db8::1");
        assertThat(admitted("2001:db8::2")).isTrue();
        assertThat(admitted("2001:db8::3")).isFalse();

        first.close();

        assertThat(admitted("2001:db8::4")).isTrue();
    }
}
