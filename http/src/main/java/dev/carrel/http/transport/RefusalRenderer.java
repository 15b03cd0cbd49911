/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import java.util.function.Consumer;

/** Writes the answer to a refused request, and is the place to log it. Called on the event loop, once per refusal; must not block. */
@FunctionalInterface
public interface RefusalRenderer {

    /** The answer; its length is set and {@code Connection: close} added by the caller. */
    FullHttpResponse render(ChannelHandlerContext context, Refusal refusal);

    /** Plain text: the message. The given headers (security headers, Date) go onto every answer. */
    static RefusalRenderer plain(Consumer<HttpHeaders> commonHeaders) {
        return (context, refusal) -> {
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    refusal.status(),
                    ByteBufUtil.writeUtf8(context.alloc(), refusal.message() + "\n"));
            commonHeaders.accept(response.headers());
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
            return response;
        };
    }
}
