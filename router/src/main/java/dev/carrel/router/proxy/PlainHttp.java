/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.transport.LingeringClose;
import dev.carrel.http.transport.RefusalRenderer;
import dev.carrel.http.transport.RequestSanity;
import dev.carrel.http.transport.RequestTimeLimits;
import dev.carrel.http.transport.RequestTimes;
import dev.carrel.http.transport.StrictHttp;
import dev.carrel.http.transport.StrictHttpLimits;
import dev.carrel.router.settings.RouterSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What clients get that come by plain HTTP where https is spoken: one answer, made by the router, and the end of the connection. Any thread. */
final class PlainHttp {
    private static final Logger LOG = LoggerFactory.getLogger(PlainHttp.class);

    private final StrictHttpLimits heads;
    private final RequestTimeLimits times;
    private final RefusalRenderer refusals = RefusalRenderer.plain(
            headers -> headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store").set("X-Content-Type-Options", "nosniff"));
    private final Function<HttpRequest, FullHttpResponse> answers;

    /**
     * Nothing is read beyond a request's head.
     *
     * @param answers called on the connection's loop
     */
    PlainHttp(RouterSettings settings, Function<HttpRequest, FullHttpResponse> answers) {
        this.heads = new StrictHttpLimits(
                Math.toIntExact(settings.maxRequestLine().bytes()),
                Math.toIntExact(settings.maxHeader().bytes()),
                100);
        this.times =
                new RequestTimeLimits(settings.headerTimeout(), settings.headerTimeout(), settings.headerTimeout());
        this.answers = answers;
    }

    /** Adds all that it takes to the end of a connection's pipeline. */
    void add(ChannelPipeline pipeline) {
        pipeline.addLast("http.codec", StrictHttp.serverCodec(heads))
                .addLast("http.times", new RequestTimes(times))
                .addLast("http.sanity", new RequestSanity(refusals))
                .addLast("answer", new Answering());
    }

    /** Whether a connection is one of those. On its loop. */
    static boolean on(Channel client) {
        return client.pipeline().get(Answering.class) != null;
    }

    private final class Answering extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                context.writeAndFlush(answers.apply(request)).addListener(_ -> LingeringClose.begin(context.channel()));
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            LOG.trace("{}: {}", context.channel(), event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof IOException) {
                LOG.debug("{}: {}", context.channel(), cause.getMessage());
            } else {
                LOG.error("{}: connection closed by an unexpected failure", context.channel(), cause);
            }
            context.close();
        }
    }
}
