/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Connections of clients that wrk cannot play: WebSockets that echo or rest, and requests of which it is known which connection got how many. Each
 * connection sends the next piece when the answer to the last is there. One thread.
 */
final class Load implements AutoCloseable {
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    /**
     * What connections that were active for a while saw.
     *
     * @param perSecond answers in all
     * @param p50 microseconds
     * @param p99 microseconds
     * @param starved connections that waited longer than a second for one answer, or got none
     * @param fewest answers on the connection that got the fewest
     * @param median answers on the connection in the middle
     */
    record Seen(double perSecond, double p50, double p99, long starved, long fewest, long median) {}

    /** WebSockets through a door, open when this returns. */
    List<Channel> webSockets(Peer peer, int count) throws IOException, InterruptedException {
        String head = "GET /echo HTTP/1.1\r\nHost: " + peer.authority()
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + lines(peer) + "\r\n";
        List<Channel> open = connect(peer, count);
        for (int from = 0; from < count; from += 200) {
            List<Channel> some = open.subList(from, Math.min(count, from + 200));
            some.forEach(channel -> closedLoop(channel).handshake(head));
            for (Channel channel : some) {
                closedLoop(channel).awaitOpen();
            }
        }
        return open;
    }

    /** Echoes a small frame on each for so long. */
    Seen echo(List<Channel> webSockets, double seconds) {
        ByteBuf frame = kept(106);
        frame.writeByte(0x82).writeByte(0x80 | 100).writeInt(0x01020304);
        for (int at = 0; at < 100; at++) {
            frame.writeByte(at);
        }
        return run(webSockets, Unpooled.unreleasableBuffer(frame), seconds);
    }

    /** GETs on connections of their own for so long, which are closed after. */
    Seen get(Peer peer, String path, int connections, double seconds) throws IOException {
        String text = "GET " + path + " HTTP/1.1\r\nHost: " + peer.authority() + "\r\n" + lines(peer) + "\r\n";
        ByteBuf request = kept(text.length());
        request.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        List<Channel> open = connect(peer, connections);
        try {
            return run(open, Unpooled.unreleasableBuffer(request), seconds);
        } finally {
            close(open);
        }
    }

    /** Memory that goes when nobody knows it any more: the last writes of a burst may still be under way when it is over. */
    private static ByteBuf kept(int bytes) {
        return Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(bytes)).clear();
    }

    void close(List<Channel> channels) {
        channels.forEach(Channel::close);
        channels.forEach(channel -> channel.closeFuture().awaitUninterruptibly(5_000));
    }

    private static String lines(Peer peer) {
        StringBuilder lines = new StringBuilder();
        peer.headers().forEach(line -> lines.append(line).append("\r\n"));
        return lines.toString();
    }

    private List<Channel> connect(Peer peer, int count) throws IOException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new ClosedLoop(channel));
                    }
                });
        List<Channel> open = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            var connecting = bootstrap.connect("127.0.0.1", peer.port()).awaitUninterruptibly();
            if (!connecting.isSuccess()) {
                throw new IOException(peer.name() + ": connection " + at, connecting.cause());
            }
            open.add(connecting.channel());
        }
        return open;
    }

    private static Seen run(List<Channel> channels, ByteBuf piece, double seconds) {
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        channels.forEach(channel -> closedLoop(channel).start(piece, end));
        LockSupport.parkNanos(end - System.nanoTime());
        LockSupport.parkNanos(100_000_000);
        // What the loop has written is seen from here on.
        channels.getFirst().eventLoop().submit(() -> {}).syncUninterruptibly();
        int[] histogram = new int[ClosedLoop.SLOTS];
        long[] counts = new long[channels.size()];
        long starved = 0;
        for (int at = 0; at < counts.length; at++) {
            ClosedLoop each = closedLoop(channels.get(at));
            for (int slot = 0; slot < histogram.length; slot++) {
                histogram[slot] += each.histogram[slot];
            }
            counts[at] = each.answers;
            starved += each.longest(end) > 1_000_000_000L ? 1 : 0;
        }
        Arrays.sort(counts);
        long all = Arrays.stream(counts).sum();
        return new Seen(
                all / seconds,
                quantile(histogram, all, 0.5),
                quantile(histogram, all, 0.99),
                starved,
                counts[0],
                counts[counts.length / 2]);
    }

    private static double quantile(int[] histogram, long all, double q) {
        long left = (long) Math.ceil(all * q);
        int slot = 0;
        while (slot < histogram.length - 1 && (left -= histogram[slot]) > 0) {
            slot++;
        }
        return ClosedLoop.micros(slot);
    }

    private static ClosedLoop closedLoop(Channel channel) {
        ClosedLoop found = channel.pipeline().get(ClosedLoop.class);
        if (found == null) {
            throw new IllegalStateException("a connection was closed: " + channel);
        }
        return found;
    }

    @Override
    public void close() {
        loop.shutdownGracefully();
    }

    /** One connection. What others read of it they read after a task on its loop. */
    private static final class ClosedLoop extends ByteToMessageDecoder {
        /** 64 slots for every doubling, from a microsecond on. */
        static final int SLOTS = 64 * 24;

        private final Channel channel;
        private final io.netty.util.concurrent.Promise<Boolean> opened;
        private int[] histogram = new int[SLOTS];
        private long answers;
        private ByteBuf piece = Unpooled.EMPTY_BUFFER;
        private boolean webSocket;
        private boolean waiting;
        private long sent;
        private long end;
        private long longest;

        ClosedLoop(Channel channel) {
            this.channel = channel;
            this.opened = channel.eventLoop().newPromise();
        }

        static int slot(long nanos) {
            double micros = Math.max(1, nanos / 1e3);
            return (int) Math.min(SLOTS - 1, Math.log(micros) / Math.log(2) * 64);
        }

        static double micros(int slot) {
            return Math.pow(2, (slot + 0.5) / 64);
        }

        void handshake(String head) {
            webSocket = true;
            channel.writeAndFlush(Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1));
        }

        void awaitOpen() throws IOException, InterruptedException {
            try {
                opened.get(20, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException("no WebSocket: " + channel, e);
            }
        }

        void start(ByteBuf next, long until) {
            channel.eventLoop().execute(() -> {
                histogram = new int[SLOTS];
                answers = 0;
                longest = 0;
                piece = next;
                end = until;
                send();
            });
        }

        long longest(long until) {
            return waiting || !channel.isActive() ? Math.max(longest, until - sent) : longest;
        }

        private void send() {
            waiting = true;
            sent = System.nanoTime();
            channel.writeAndFlush(piece.duplicate());
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            if (webSocket && !opened.isDone()) {
                int head = headEnd(in);
                if (head > 0) {
                    String status = in.toString(in.readerIndex(), 12, StandardCharsets.ISO_8859_1);
                    in.skipBytes(head);
                    if (status.endsWith("101")) {
                        opened.setSuccess(true);
                    } else {
                        opened.setFailure(new IOException(status));
                    }
                }
                return;
            }
            int length = webSocket ? frame(in) : response(in);
            if (length > 0 && in.readableBytes() >= length) {
                in.skipBytes(length);
                answered();
            }
        }

        private void answered() {
            long now = System.nanoTime();
            waiting = false;
            longest = Math.max(longest, now - sent);
            if (now < end) {
                histogram[slot(now - sent)]++;
                answers++;
                send();
            }
        }

        private static int frame(ByteBuf in) {
            return in.readableBytes() < 2 ? 0 : 2 + (in.getByte(in.readerIndex() + 1) & 0x7f);
        }

        /** Bytes of a response with a Content-Length; 0 while the head is not there. */
        private static int response(ByteBuf in) {
            int head = headEnd(in);
            if (head == 0) {
                return 0;
            }
            String text = in.toString(in.readerIndex(), head, StandardCharsets.ISO_8859_1);
            int at = text.toLowerCase(java.util.Locale.ROOT).indexOf("content-length:");
            if (at < 0 || !text.startsWith("HTTP/1.1 200")) {
                throw new IllegalStateException(text);
            }
            return head
                    + Integer.parseInt(
                            text.substring(at + 15, text.indexOf('\r', at)).strip());
        }

        private static int headEnd(ByteBuf in) {
            int at = io.netty.buffer.ByteBufUtil.indexOf(Unpooled.wrappedBuffer(HEAD_END), in);
            return at < 0 ? 0 : at - in.readerIndex() + 4;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            opened.tryFailure(cause);
            context.close();
        }
    }
}
