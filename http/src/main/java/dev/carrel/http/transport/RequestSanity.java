/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The one place that refuses. Behind it every request has exactly one meaning: one Host, one way of telling its length, an origin-form
 * target, a method that may be served. Whatever fails that, and whatever an earlier handler fires as a {@link Refusal}, is answered once
 * with {@code Connection: close}; after that nothing passes in either direction. When an answer has begun already, the connection is
 * closed without another. Trailers are dropped: nobody here reads them, and nobody behind us shall.
 *
 * <p>One per connection, directly behind {@link StrictHttp#serverCodec} and {@link RequestTimes}. Event loop only.
 */
public final class RequestSanity extends ChannelDuplexHandler {
    private final RefusalRenderer renderer;
    private boolean responding;
    private boolean refused;

    /** The renderer writes the answers of this connection. */
    public RequestSanity(RefusalRenderer renderer) {
        this.renderer = renderer;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (refused) {
            ReferenceCountUtil.release(message);
            return;
        }
        Refusal refusal = message instanceof HttpObject part ? check(part) : null;
        if (refusal != null) {
            ReferenceCountUtil.release(message);
            refuse(context, refusal);
        } else if (message instanceof LastHttpContent last
                && !last.trailingHeaders().isEmpty()) {
            context.fireChannelRead(new DefaultLastHttpContent(last.content()));
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Refusal refusal) {
            if (!refused) {
                refuse(context, refusal);
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (refused) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        if (message instanceof HttpResponse response) {
            responding = response.status().codeClass() != HttpStatusClass.INFORMATIONAL
                    || response.status().code() == 101;
        }
        if (responding && message instanceof LastHttpContent) {
            responding = false;
        }
        context.write(message, promise);
    }

    private static @Nullable Refusal check(HttpObject part) {
        if (part.decoderResult().isFailure()) {
            return part.decoderResult().cause() instanceof RefusedMessageException known
                    ? known.refusal()
                    : Refusal.badRequest("http.malformed", "The request is not well-formed HTTP.");
        }
        return part instanceof HttpRequest request ? RequestRules.check(request) : null;
    }

    private void refuse(ChannelHandlerContext context, Refusal refusal) {
        refused = true;
        FullHttpResponse answer = renderer.render(context, refusal);
        if (responding) {
            // The client is in the middle of another answer; a second head would be read as its body.
            answer.release();
            context.close();
            return;
        }
        answer.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(answer);
        LingeringClose.begin(context.channel());
    }
}
