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

/**
 * The pipeline of a connection from the router of another instance: as strict as the public door's, with room for the proof, and with a bound for all
 * together, since many come from one address.
 */
final class HopPipeline extends ChannelInitializer<SocketChannel> {
    /** Bytes, and lines, that the other router adds to a header. */
    private static final int MORE_BYTES = 4096;

    private static final int LINES = 108;

    private final Door door;
    private final Hop hop;
    private final ConnectionBounds bounds;
    private final StrictHttpLimits heads;
    private final RequestTimeLimits times;
    private final RefusalRenderer refusals;

    HopPipeline(Door door, Hop hop, RouterSettings settings) {
        this.door = door;
        this.hop = hop;
        this.bounds = new ConnectionBounds(settings.maxConnections(), settings.maxConnections());
        this.heads = new StrictHttpLimits(
                Math.toIntExact(settings.maxRequestLine().bytes()),
                Math.toIntExact(settings.maxHeader().bytes()) + MORE_BYTES,
                LINES);
        this.times = new RequestTimeLimits(settings.headerTimeout(), settings.idleTimeout(), settings.stallTimeout());
        this.refusals = RefusalRenderer.plain(door.answers()::secure);
    }

    @Override
    protected void initChannel(SocketChannel client) {
        client.config().setWriteBufferWaterMark(Connector.UNSENT);
        door.clients().add(client);
        client.pipeline().addLast("bounds", bounds);
        var tls = hop.tls();
        if (tls != null) {
            client.pipeline().addLast("tls", tls.newHandler(client.alloc()));
        }
        client.pipeline()
                .addLast(DoorPipeline.CODEC, StrictHttp.serverCodec(heads))
                .addLast(DoorPipeline.TIMES, new RequestTimes(times))
                .addLast(DoorPipeline.SANITY, new RequestSanity(refusals))
                .addLast("client", new ClientHandler(door, client, hop.proof()));
    }
}
