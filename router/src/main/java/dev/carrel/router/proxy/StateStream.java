/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.protocol.signed.Claims;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One page that follows how its session is, by server-sent events: first how it is, then every change, and a beat between. Ends when the right by
 * which it was opened does, and when its reader does not keep up; the browser then asks anew. Any thread; what it writes it writes on
 * its connection's loop.
 */
final class StateStream {
    private static final int BEAT_SECONDS = 15;
    private static final byte[] BEAT = "event: beat\ndata:\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BEGIN = "retry: 1000\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final Channel client;
    private final String host;
    private final Claims claims;
    private final StateStreams streams;
    private final BiConsumer<StateStream, ChannelFuture> onEnd;
    private @Nullable Future<?> beat;
    private boolean over;
    private long bytesOut;

    StateStream(
            Channel client,
            String host,
            Claims claims,
            StateStreams streams,
            BiConsumer<StateStream, ChannelFuture> onEnd) {
        this.client = client;
        this.host = host;
        this.claims = claims;
        this.streams = streams;
        this.onEnd = onEnd;
    }

    String host() {
        return host;
    }

    Claims claims() {
        return claims;
    }

    long bytesOut() {
        return bytesOut;
    }

    /** On the connection's loop. */
    void start(HttpResponse head) {
        client.write(head);
        write(Unpooled.wrappedBuffer(BEGIN));
        tellNow();
        if (!over) {
            beat = client.eventLoop().scheduleAtFixedRate(this::beat, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Something is new. */
    void tell() {
        client.eventLoop().execute(this::tellNow);
    }

    /** Nothing more is told. */
    void end() {
        client.eventLoop().execute(this::endNow);
    }

    /** The client went. On the connection's loop. */
    void gone() {
        over = true;
        streams.remove(this);
        if (beat != null) {
            beat.cancel(false);
        }
    }

    private void tellNow() {
        if (!over) {
            write(Unpooled.wrappedBuffer(DATA, streams.news(this), END));
        }
    }

    private void beat() {
        if (over) {
            return;
        }
        if (streams.ended(claims)) {
            endNow();
        } else {
            write(Unpooled.wrappedBuffer(BEAT));
        }
    }

    private void write(ByteBuf event) {
        if (client.isWritable()) {
            bytesOut += event.readableBytes();
            client.writeAndFlush(new DefaultHttpContent(event));
        } else {
            event.release();
            endNow();
        }
    }

    private void endNow() {
        if (!over) {
            gone();
            onEnd.accept(this, client.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
        }
    }
}
