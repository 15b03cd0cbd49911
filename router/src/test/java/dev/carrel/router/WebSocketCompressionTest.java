/* Copyright the Carrel authors. */
package dev.carrel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketClientCompressionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two sides that compress their messages agree on it through the router, and every byte of their frames passes as it was sent. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketCompressionTest {
    private static final int MAX_MESSAGE = 1024 * 1024;
    private static final String CELL = "{\"content\":\"the same words again and again, \"}".repeat(5_000);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<Wire> accepted = new LinkedBlockingQueue<>();
    private RunningRouter router;
    private Channel server;

    /** Keeps what goes over one connection, either way. */
    private static final class Wire extends ChannelDuplexHandler {
        private final ByteArrayOutputStream in = new ByteArrayOutputStream();
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final CompletableFuture<Void> closed = new CompletableFuture<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            in.writeBytes(ByteBufUtil.getBytes((ByteBuf) message));
            super.channelRead(context, message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            out.writeBytes(ByteBufUtil.getBytes((ByteBuf) message));
            super.write(context, message, promise);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            closed.complete(null);
            super.channelInactive(context);
        }

        byte[] framesIn() throws Exception {
            return frames(in);
        }

        byte[] framesOut() throws Exception {
            return frames(out);
        }

        /** What comes behind the head of HTTP. */
        private byte[] frames(ByteArrayOutputStream all) throws Exception {
            closed.get(20, TimeUnit.SECONDS);
            int head = all.toString(StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
            return Arrays.copyOfRange(all.toByteArray(), head, all.size());
        }
    }

    /** Text comes back as it is, and once more backwards as bytes. */
    private static final class Echo extends SimpleChannelInboundHandler<TextWebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
            byte[] backwards =
                    new StringBuilder(frame.text()).reverse().toString().getBytes(StandardCharsets.UTF_8);
            context.write(frame.retain());
            context.writeAndFlush(new BinaryWebSocketFrame(
                    context.alloc().buffer(backwards.length).writeBytes(backwards)));
        }
    }

    @BeforeAll
    void start() throws Exception {
        router = RunningRouter.start(Map.of());
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Wire wire = new Wire();
                        accepted.add(wire);
                        channel.pipeline()
                                .addLast(wire, new HttpServerCodec(), new HttpObjectAggregator(1024))
                                .addLast(new WebSocketServerCompressionHandler(MAX_MESSAGE))
                                .addLast(new WebSocketServerProtocolHandler(WebSocketServerProtocolConfig.newBuilder()
                                        .websocketPath("/user/alice/socket")
                                        .allowExtensions(true)
                                        .maxFramePayloadLength(MAX_MESSAGE)
                                        .build()))
                                .addLast(new Echo());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        router.ready("alice", "http://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort());
    }

    @AfterAll
    void stop() {
        router.close();
        server.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static final class Client extends SimpleChannelInboundHandler<WebSocketFrame> {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final CompletableFuture<Void> open = new CompletableFuture<>();

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            heard.add(frame.content().toString(StandardCharsets.UTF_8));
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == WebSocketClientProtocolHandler.ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                open.complete(null);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            open.completeExceptionally(cause);
        }

        String next() throws InterruptedException {
            return String.valueOf(heard.poll(20, TimeUnit.SECONDS));
        }
    }

    private Channel connect(Wire wire, Client client, ChannelHandler... compression) throws Exception {
        HttpHeaders headers =
                new DefaultHttpHeaders().add("Authorization", "token " + router.apiToken("alice", "self"));
        Channel channel = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        fresh.pipeline()
                                .addLast(wire, new HttpClientCodec(), new HttpObjectAggregator(1024))
                                .addLast(compression)
                                .addLast(new WebSocketClientProtocolHandler(WebSocketClientProtocolConfig.newBuilder()
                                        .webSocketUri(
                                                URI.create("ws://localhost:" + router.port() + "/user/alice/socket"))
                                        .customHeaders(headers)
                                        .allowExtensions(true)
                                        .maxFramePayloadLength(MAX_MESSAGE)
                                        .build()))
                                .addLast(client);
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), router.port())
                .sync()
                .channel();
        client.open.get(20, TimeUnit.SECONDS);
        return channel;
    }

    /** Both sides say that it is the end, and hear it of the other. */
    private static void end(Channel channel) throws Exception {
        channel.writeAndFlush(new CloseWebSocketFrame(1000, "done")).sync();
        assertThat(channel.closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void compressedFramesPassByteForByteBothWays() throws Exception {
        Wire here = new Wire();
        Client client = new Client();
        Channel channel = connect(here, client, new WebSocketClientCompressionHandler(MAX_MESSAGE));

        for (String message : new String[] {"1+1", CELL, "", CELL}) {
            channel.writeAndFlush(new TextWebSocketFrame(message)).sync();
            assertThat(client.next()).isEqualTo(message);
            assertThat(client.next())
                    .isEqualTo(new StringBuilder(message).reverse().toString());
        }
        end(channel);

        Wire there = accepted.remove();
        assertThat(here.in.toString(StandardCharsets.ISO_8859_1)).containsIgnoringCase("permessage-deflate");
        // The bit RSV1 of the first frame of each side: what follows is compressed.
        assertThat(here.framesOut()[0] & 0x40).isNotZero();
        assertThat(here.framesIn()[0] & 0x40).isNotZero();
        assertThat(here.framesOut()).hasSizeLessThan(CELL.length() / 10);
        assertThat(there.framesIn()).isEqualTo(here.framesOut());
        assertThat(there.framesOut()).isEqualTo(here.framesIn());
    }

    @Test
    void whoDoesNotAskForCompressionGetsNone() throws Exception {
        Wire here = new Wire();
        Client client = new Client();
        Channel channel = connect(here, client);

        channel.writeAndFlush(new TextWebSocketFrame(CELL)).sync();
        assertThat(client.next()).isEqualTo(CELL);
        assertThat(client.next()).hasSize(CELL.length());
        end(channel);

        Wire there = accepted.remove();
        assertThat(here.in.toString(StandardCharsets.ISO_8859_1)).doesNotContainIgnoringCase("deflate");
        assertThat(here.framesOut()[0] & 0x40).isZero();
        assertThat(there.framesIn()).isEqualTo(here.framesOut());
        assertThat(there.framesOut()).isEqualTo(here.framesIn());
    }
}
