/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/** The back end of WebSockets: sends every small frame back. One thread. */
final class EchoServer implements AutoCloseable {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String KEY = "sec-websocket-key:";

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Channel listening;

    EchoServer() {
        this.listening = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new Echo());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        loop.shutdownGracefully();
    }

    private static final class Echo extends ByteToMessageDecoder {
        private boolean open;

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
            if (!open) {
                handshake(context, in);
            } else if (in.readableBytes() >= 2) {
                int length = in.getByte(in.readerIndex() + 1) & 0x7f;
                if (length > 125) {
                    context.close();
                } else if (in.readableBytes() >= 6 + length) {
                    echo(context, in, length);
                }
            }
        }

        private static void echo(ChannelHandlerContext context, ByteBuf in, int length) {
            ByteBuf frame = context.alloc().buffer(2 + length);
            frame.writeByte(in.readByte()).writeByte(length);
            in.skipBytes(1);
            int mask = in.readInt();
            for (int at = 0; at < length; at++) {
                frame.writeByte(in.readByte() ^ mask >>> 8 * (3 - at % 4));
            }
            context.write(frame);
        }

        private void handshake(ChannelHandlerContext context, ByteBuf in) throws NoSuchAlgorithmException {
            String head = in.toString(StandardCharsets.ISO_8859_1);
            int end = head.indexOf("\r\n\r\n");
            if (end < 0) {
                return;
            }
            in.skipBytes(end + 4);
            String key = head.lines()
                    .filter(line -> line.regionMatches(true, 0, KEY, 0, KEY.length()))
                    .map(line -> line.substring(KEY.length()).strip())
                    .findFirst()
                    .orElse("");
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            ByteBuf answer = context.alloc().buffer();
            answer.writeCharSequence(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                            + Base64.getEncoder().encodeToString(hash) + "\r\n\r\n",
                    StandardCharsets.ISO_8859_1);
            open = true;
            context.writeAndFlush(answer);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) throws Exception {
            super.channelReadComplete(context);
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
