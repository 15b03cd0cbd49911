/* Copyright the Carrel authors. */
package dev.carrel.router.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.function.Consumer;

/**
 * Builds the pipelines of HTTP/2 connections and of their streams. A stream takes and gives as fast as the other side of the exchange does: its window opens only
 * as its bytes are taken, so a slow target holds back that stream and no other, until the connection's own window is full of such bytes. Any thread.
 */
public final class Http2Front {
    /** What a stream's channel has in the place of HTTP/1.1's codec. */
    public static final String CODEC = "http2.stream";

    /** Name of the handler that holds a stream to its times. */
    public static final String TIMES = "http2.times";

    /** Bytes a client may send on one stream before we have passed them on. */
    private static final int STREAM_WINDOW = 256 * 1024;

    /** And on all of them together, which bounds what one connection can make us keep. */
    static final int CONNECTION_WINDOW = 2 * 1024 * 1024;

    /** Streams a client may break off, and we for its faults, in 30 s: a page that is left breaks off all its requests. */
    private static final int MAX_RESETS = 400;

    private static final int RESET_SECONDS = 30;

    private final Http2Limits limits;
    private final WriteBufferWaterMark unsent;
    private final Consumer<Channel> handlers;

    /**
     * For one door.
     *
     * @param unsent when a stream that does not get rid of its bytes makes its writer wait
     * @param handlers adds what follows the codec in a stream's pipeline, as on a connection of HTTP/1.1
     */
    public Http2Front(Http2Limits limits, WriteBufferWaterMark unsent, Consumer<Channel> handlers) {
        this.limits = limits;
        this.unsent = unsent;
        this.handlers = handlers;
    }

    /** Adds what speaks HTTP/2 to a connection whose client has chosen it. */
    public void add(ChannelPipeline pipeline) {
        pipeline.addLast("http2", codec())
                .addLast("http2.streams", new Http2MultiplexHandler(new Streams()))
                .addLast("http2.guard", new ConnectionGuard(limits));
    }

    /** Has a connection end once its streams have; does nothing to a connection of another protocol. */
    public static boolean drain(Channel connection) {
        boolean ours = connection.pipeline().get(ConnectionGuard.class) != null;
        if (ours) {
            // Netty says GOAWAY first, waits for what is under way, and closes.
            connection.close();
        }
        return ours;
    }

    /** Tells a connection's client that new requests belong elsewhere; its streams go on, and it is closed after the last of them. On its event loop. */
    public static void retire(Channel connection) {
        ChannelHandlerContext guard = connection.pipeline().context(ConnectionGuard.class);
        if (guard != null) {
            ((ConnectionGuard) guard.handler()).retire(guard);
        }
    }

    private ChannelHandler codec() {
        return Http2FrameCodecBuilder.forServer()
                .initialSettings(new Http2Settings()
                        .maxConcurrentStreams(limits.streams())
                        .initialWindowSize(STREAM_WINDOW)
                        .maxHeaderListSize(limits.header())
                        .connectProtocolEnabled(true))
                .validateHeaders(true)
                .gracefulShutdownTimeoutMillis(Math.max(1, limits.drain().toMillis()))
                .decoderEnforceMaxConsecutiveEmptyDataFrames(2)
                .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS)
                .decoderEnforceMaxSmallContinuationFrames(16)
                .encoderEnforceMaxQueuedControlFrames(1000)
                .build();
    }

    private final class Streams extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel stream) {
            stream.config().setWriteBufferWaterMark(unsent);
            stream.pipeline()
                    .addLast(CODEC, new StreamCodec(limits.target()))
                    .addLast(TIMES, new StreamTimes(limits.stall()));
            handlers.accept(stream);
        }
    }
}
