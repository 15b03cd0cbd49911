/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;

/** Decoder and encoder of one connection, which tell each other where the exchange stands. Event loop only. */
final class StrictServerCodec extends CombinedChannelDuplexHandler<StrictRequestDecoder, HttpResponseEncoder> {
    private static final int MAX_PIPELINED = 64 * 1024;

    private final StrictRequestDecoder decoder;
    private boolean readHeld;

    StrictServerCodec(StrictHttpLimits limits) {
        decoder = new StrictRequestDecoder(limits);
        init(decoder, new Encoder());
    }

    /** Pipelined bytes are held back undecoded, so past a bound no more are read until the present request has been answered. */
    @Override
    public void read(ChannelHandlerContext context) throws Exception {
        if (decoder.waitsForResponse() && decoder.heldBytes() >= MAX_PIPELINED) {
            readHeld = true;
        } else {
            super.read(context);
        }
    }

    private void responseWritten(ChannelHandlerContext context) {
        if (!decoder.responseWritten()) {
            return;
        }
        if (decoder.heldBytes() > 0) {
            // Not from within this write: the next request's handlers must not run inside the last one's.
            context.executor().execute(() -> {
                if (!context.isRemoved()) {
                    decoder.decodeHeld();
                }
            });
        }
        if (readHeld) {
            readHeld = false;
            context.read();
        }
    }

    private final class Encoder extends HttpResponseEncoder {
        private boolean informational;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            if (message instanceof HttpResponse response) {
                informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            }
            boolean last = message instanceof LastHttpContent && !informational;
            super.write(context, message, promise);
            if (last) {
                responseWritten(context);
            }
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            return decoder.answeringHead() && response.status().codeClass() != HttpStatusClass.INFORMATIONAL
                    || super.isContentAlwaysEmpty(response);
        }
    }
}
