/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.transport.ConnectionBounds;
import dev.carrel.http.transport.Refusal;
import dev.carrel.http.transport.RefusalRenderer;
import dev.carrel.http.transport.RequestSanity;
import dev.carrel.http.transport.RequestTimes;
import dev.carrel.http.transport.StrictHttp;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Builds the pipeline of every connection, in the order in which bytes travel. */
final class ConnectionPipeline extends ChannelInitializer<SocketChannel> {
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final ServerCore core;
    private final RequestIds ids;
    private final RequestReader reader;
    private final ConnectionBounds bounds;
    private final RefusalRenderer refusals;
    private volatile @Nullable SslContext tls;

    ConnectionPipeline(ServerCore core, RequestIds ids) {
        this.core = core;
        this.ids = ids;
        this.reader = new RequestReader(core, ids);
        this.bounds = new ConnectionBounds(
                core.settings().maxConnections(), core.settings().maxConnectionsPerRemote());
        RefusalRenderer plain = RefusalRenderer.plain(core.commonHeaders()::addTo);
        this.refusals = (context, refusal) -> {
            FullHttpResponse answer = plain.render(context, refusal);
            log(context, refusal, answer.content().readableBytes());
            return answer;
        };
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        channel.config().setWriteBufferWaterMark(UNSENT);
        connection(channel);
        http(channel.pipeline());
        requests(channel.pipeline());
    }

    ConnectionBounds bounds() {
        return bounds;
    }

    void secure(SslContext context) {
        tls = context;
    }

    private void connection(SocketChannel channel) {
        channel.pipeline().addLast("connection.bounds", bounds);
        SslContext context = tls;
        if (context != null) {
            channel.pipeline().addLast("connection.tls", context.newHandler(channel.alloc()));
        }
    }

    private void http(ChannelPipeline pipeline) {
        pipeline.addLast("http.codec", StrictHttp.serverCodec(core.settings().headLimits()))
                .addLast("http.times", new RequestTimes(core.settings().times()))
                .addLast("http.sanity", new RequestSanity(refusals));
    }

    private void requests(ChannelPipeline pipeline) {
        pipeline.addLast("requests.dispatcher", new RequestDispatcher(core, reader));
    }

    /** Most often nothing is known of such a request but that it was none; its code stands where the path would. */
    private void log(ChannelHandlerContext context, Refusal refusal, int bytes) {
        RequestDispatcher dispatcher = context.pipeline().get(RequestDispatcher.class);
        if (dispatcher != null && dispatcher.refused(refusal.status().code(), bytes)) {
            return;
        }
        String remote = context.channel().remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "-";
        Passport passport = new Passport(System.nanoTime());
        passport.stamp(Passport.Station.DONE);
        core.accessLog()
                .add(new AccessLine(
                        remote, "-", refusal.code(), refusal.status().code(), bytes, ids.next(), "", passport));
    }
}
