/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.transport.StrictClientCodec;
import dev.carrel.router.route.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a session, the engine or another target: used by one exchange at a time, resting in its loop's pool between two. Whatever
 * arrives while it rests makes it unusable: nobody asked. Last in its pipeline; event loop only.
 */
final class Upstream extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

    private final Target target;
    private final Channel channel;
    private final StrictClientCodec codec;
    private @Nullable User user;
    private @Nullable Runnable onLost;
    private long restsSince;
    private boolean reused;

    /** Whoever uses the connection now. Called on the event loop, in the order of arrival. */
    interface User {
        /** A response's head; more may follow if it is an interim one. */
        void head(HttpResponse response);

        /** A piece of the body, which the callee must release or pass on. */
        void content(HttpContent content);

        /** What had arrived has been handed over. */
        void readComplete();

        /** It takes more, or does not. */
        void writabilityChanged();

        /** It is gone. Nothing more is called. */
        void lost();
    }

    Upstream(Target target, Channel channel, StrictClientCodec codec) {
        this.target = target;
        this.channel = channel;
        this.codec = codec;
    }

    Target target() {
        return target;
    }

    Channel channel() {
        return channel;
    }

    /** Whether it served another exchange before, and so may have been given up by the other side just now. */
    boolean reused() {
        return reused;
    }

    /** Whether it may serve another exchange: open, the answer read to its end, and not a byte more has come. */
    boolean inStep() {
        return channel.isActive() && codec.inStep();
    }

    long restsSince() {
        return restsSince;
    }

    void use(User next) {
        user = next;
        onLost = null;
    }

    /** Nobody uses it from now on. */
    void rest(Runnable whenLost) {
        user = null;
        onLost = whenLost;
        reused = true;
        restsSince = System.nanoTime();
        channel.config().setAutoRead(true);
    }

    /** Gives it up; its user hears nothing more. */
    void abandon() {
        user = null;
        onLost = null;
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        User now = user;
        if (now == null) {
            ReferenceCountUtil.release(message);
            context.close();
            return;
        }
        if (message instanceof HttpResponse response) {
            now.head(response);
        }
        if (message instanceof HttpContent content) {
            now.content(content);
        } else if (!(message instanceof HttpResponse)) {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        User now = user;
        if (now != null) {
            now.readComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        User now = user;
        if (now != null) {
            now.writabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        User now = user;
        Runnable lost = onLost;
        user = null;
        onLost = null;
        if (now != null) {
            now.lost();
        } else if (lost != null) {
            lost.run();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("{}: {}", target, cause.getMessage());
        } else {
            LOG.warn("{}: connection closed by an unexpected failure", target, cause);
        }
        context.close();
    }
}
