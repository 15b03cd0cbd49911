/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A port on which two processes of one user may listen, so that one can take it over from the other (Linux, {@code SO_REUSEPORT}). Left alone the kernel
 * would share new connections among the two, and drop those that wait when one closes. So the second has the kernel send everything new
 * to itself ({@code SO_ATTACH_REUSEPORT_CBPF}, a filter of one instruction that names the second socket of the group); the first then accepts what
 * had been given to it, and nothing is lost when it closes. Once it has, the filter names nobody and the kernel takes the one that is left.
 */
final class SharedPort {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    private static final int RETURN_CONSTANT = 0x06;
    private static final int SECOND = 1;
    private static final int PROGRAM_BYTES = 16;
    private static final RawUnixChannelOption FILTER =
            new RawUnixChannelOption("SO_ATTACH_REUSEPORT_CBPF", SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, PROGRAM_BYTES);

    private SharedPort() {}

    static void share(ServerBootstrap bootstrap, TransportKind kind) {
        if (kind == TransportKind.NIO) {
            bootstrap.option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
        } else {
            bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
        }
    }

    /**
     * Fails when somebody has the port: sharing it is for a successor only. Another program's socket would make our own fail as well, but not one
     * of a second installation of ours.
     */
    static void requireFree(InetSocketAddress address) throws IOException {
        if (address.getPort() == 0) {
            return;
        }
        try (Socket probe = new Socket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
        }
    }

    /** Has every new connection come to this socket, the second on its port. Not on NIO, which does not let us. */
    static void takeOver(Channel second) {
        if (!(second instanceof UnixChannel)) {
            return;
        }
        ByteBuf instruction = Unpooled.directBuffer(8, 8);
        try {
            // struct sock_filter {u16 code; u8 jt, jf; u32 k}, in the machine's order, which is little on all that we
            // run on.
            instruction.writeShortLE(RETURN_CONSTANT).writeByte(0).writeByte(0).writeIntLE(SECOND);
            // struct sock_fprog {u16 len; struct sock_filter *filter}
            ByteBuffer program = ByteBuffer.allocateDirect(PROGRAM_BYTES).order(ByteOrder.nativeOrder());
            program.putShort(0, (short) 1).putLong(8, instruction.memoryAddress());
            second.config().setOption((ChannelOption<ByteBuffer>) FILTER, program);
        } finally {
            instruction.release();
        }
    }
}
