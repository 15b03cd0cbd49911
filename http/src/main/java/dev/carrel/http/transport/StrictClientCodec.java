/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import java.util.List;

/**
 * The client side of one connection: writes requests, and reads one answer for each as strictly as {@link StrictHttp#serverCodec} reads requests. What it
 * refuses arrives as a message whose decoder result is a failure ({@link StrictHttp#refusal}); the connection is good for nothing after it. Bytes that
 * arrive while no request is under way close the connection. May be removed after a 101: bytes it still holds go on to the next handler. Event loop only.
 */
public final class StrictClientCodec extends CombinedChannelDuplexHandler<StrictResponseDecoder, HttpRequestEncoder> {
    private final StrictResponseDecoder decoder;

    StrictClientCodec(StrictHttpLimits limits) {
        decoder = new StrictResponseDecoder(limits);
        init(decoder, new Encoder());
    }

    /**
     * Whether every request has been answered to the last byte and nothing came beyond. Only then may the connection be kept for somebody else's request.
     */
    public boolean inStep() {
        return decoder.inStep();
    }

    private final class Encoder extends HttpRequestEncoder {
        @Override
        protected void encode(ChannelHandlerContext context, Object message, List<Object> out) throws Exception {
            if (message instanceof HttpRequest request) {
                decoder.requestWritten(request.method().equals(HttpMethod.HEAD));
            }
            super.encode(context, message, out);
        }
    }
}
