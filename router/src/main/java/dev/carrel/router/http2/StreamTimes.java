/* Copyright the Carrel authors. */
package dev.carrel.router.http2;

import dev.carrel.http.transport.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds one stream to its times, as {@link dev.carrel.http.transport.RequestTimes} does a connection of HTTP/1.1: a body that is waited for must come, an answer must be
 * taken. Heads come whole, and a stream rests never. Behind {@link StreamCodec}; removed when the stream becomes a WebSocket. Event loop only.
 */
final class StreamTimes extends ChannelDuplexHandler {
    private final long stallNanos;
    private @Nullable Future<?> timer;
    private boolean requestRead;
    private boolean answering;
    private long readAt = System.nanoTime();
    private long writtenAt = readAt;
    private long writes;
    private long progressSeen;

    StreamTimes(Duration stall) {
        this.stallNanos = stall.toNanos();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        long period = Math.clamp(stallNanos / 4, 1_000_000L, 5_000_000_000L);
        timer = context.executor().scheduleWithFixedDelay(() -> look(context), period, period, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        handlerRemoved(context);
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        readAt = System.nanoTime();
        requestRead = requestRead || message instanceof LastHttpContent;
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        answering = answering
                || message instanceof HttpResponse response
                        && response.status().codeClass() != HttpStatusClass.INFORMATIONAL;
        if (message instanceof HttpContent) {
            writes++;
        }
        context.write(message, promise);
    }

    private void look(ChannelHandlerContext context) {
        Channel stream = context.channel();
        if (!stream.isActive()) {
            return;
        }
        long now = System.nanoTime();
        long waiting = waiting(stream);
        long progress = 31 * waiting + writes;
        if (waiting == 0 || progress != progressSeen) {
            progressSeen = progress;
            writtenAt = now;
        }
        if (requestRead || !stream.config().isAutoRead()) {
            // Nobody waits for more of the body at present.
            readAt = now;
        }
        if (now - writtenAt >= stallNanos) {
            context.close();
        } else if (now - readAt >= stallNanos) {
            if (answering) {
                context.close();
            } else {
                context.fireUserEventTriggered(new Refusal(
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "http.body-timeout",
                        "The body of the request did not arrive in time."));
            }
        }
    }

    /** Bytes of the answer that neither the client's window nor the connection has taken. Both distances count one byte past the mark. */
    private static long waiting(Channel stream) {
        WriteBufferWaterMark marks = stream.config().getWriteBufferWaterMark();
        long room = stream.bytesBeforeUnwritable();
        if (room > 0) {
            return marks.high() - room + 1;
        }
        long over = stream.bytesBeforeWritable();
        return over > 0 ? over + marks.low() - 1 : 0;
    }
}
