/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.transport.ConnectionBounds;
import dev.carrel.http.transport.RefusalRenderer;
import dev.carrel.http.transport.RequestSanity;
import dev.carrel.http.transport.RequestTimeLimits;
import dev.carrel.http.transport.RequestTimes;
import dev.carrel.http.transport.StrictHttp;
import dev.carrel.http.transport.StrictHttpLimits;
import dev.carrel.router.settings.RouterSettings;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the pipeline of a client's connection, in the order in which bytes come in. */
final class DoorPipeline extends ChannelInitializer<SocketChannel> {
    static final String CODEC = "http.codec";
    static final String TIMES = "http.times";
    static final String SANITY = "http.sanity";

    private static final Logger LOG = LoggerFactory.getLogger(DoorPipeline.class);

    private final Door door;
    private final ConnectionBounds bounds;
    private final StrictHttpLimits heads;
    private final RequestTimeLimits times;
    private final RefusalRenderer refusals;

    DoorPipeline(Door door, RouterSettings settings) {
        this.door = door;
        this.bounds = new ConnectionBounds(settings.maxConnections(), settings.maxConnectionsPerAddress());
        this.heads = new StrictHttpLimits(
                Math.toIntExact(settings.maxRequestLine().bytes()),
                Math.toIntExact(settings.maxHeader().bytes()),
                100);
        this.times = new RequestTimeLimits(settings.headerTimeout(), settings.idleTimeout(), settings.stallTimeout());
        RefusalRenderer plain = RefusalRenderer.plain(door.answers()::secure);
        this.refusals = (context, refusal) -> {
            LOG.debug("{}: refused: {}", context.channel(), refusal);
            return plain.render(context, refusal);
        };
    }

    ConnectionBounds bounds() {
        return bounds;
    }

    @Override
    protected void initChannel(SocketChannel client) {
        client.config().setWriteBufferWaterMark(Connector.UNSENT);
        client.pipeline()
                .addLast("bounds", bounds)
                .addLast(CODEC, StrictHttp.serverCodec(heads))
                .addLast(TIMES, new RequestTimes(times))
                .addLast(SANITY, new RequestSanity(refusals))
                .addLast("client", new ClientHandler(door, client));
    }
}
