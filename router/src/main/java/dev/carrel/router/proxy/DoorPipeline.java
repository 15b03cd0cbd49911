/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.http.transport.ConnectionBounds;
import dev.carrel.http.transport.RefusalRenderer;
import dev.carrel.http.transport.RequestSanity;
import dev.carrel.http.transport.RequestTimeLimits;
import dev.carrel.http.transport.RequestTimes;
import dev.carrel.http.transport.StrictHttp;
import dev.carrel.http.transport.StrictHttpLimits;
import dev.carrel.router.http2.Http2Front;
import dev.carrel.router.http2.Http2Limits;
import dev.carrel.router.http2.StreamCodec;
import dev.carrel.router.settings.RouterSettings;
import dev.carrel.router.settings.TlsSettings;
import dev.carrel.router.tls.TlsFront;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the pipeline of a client's connection, in the order in which bytes come in. */
final class DoorPipeline extends ChannelInitializer<SocketChannel> {
    static final String CODEC = "http.codec";
    static final String TIMES = "http.times";
    static final String SANITY = "http.sanity";

    private static final String TLS = "tls";
    private static final String ALPN = "alpn";

    private static final Logger LOG = LoggerFactory.getLogger(DoorPipeline.class);

    private final Door door;
    private final TlsFront tls;
    private final AddressRanges balancers;
    private final ConnectionBounds bounds;
    private final StrictHttpLimits heads;
    private final RequestTimeLimits times;
    private final RefusalRenderer refusals;
    private final Http2Front http2;
    private final PlainHttp plain;

    DoorPipeline(Door door, RouterSettings settings, TlsSettings tlsSettings, TlsFront tls) {
        this.door = door;
        this.tls = tls;
        this.balancers = AddressRanges.of("router.proxy-protocol-from", settings.proxyProtocolFrom());
        this.bounds = new ConnectionBounds(settings.maxConnections(), settings.maxConnectionsPerAddress());
        this.heads = new StrictHttpLimits(
                Math.toIntExact(settings.maxRequestLine().bytes()),
                Math.toIntExact(settings.maxHeader().bytes()),
                100);
        this.times = new RequestTimeLimits(settings.headerTimeout(), settings.idleTimeout(), settings.stallTimeout());
        this.plain = new PlainHttp(settings, door.answers()::onlyHttps);
        RefusalRenderer text = RefusalRenderer.plain(door.answers()::secure);
        this.refusals = (context, refusal) -> {
            LOG.debug("{}: refused: {}", context.channel(), refusal);
            return text.render(context, refusal);
        };
        this.http2 = new Http2Front(
                new Http2Limits(
                        tlsSettings.http2Streams(),
                        heads.maxRequestLine(),
                        heads.maxHeader(),
                        times.idle(),
                        times.stall(),
                        settings.drain()),
                Connector.UNSENT,
                this::requests);
    }

    ConnectionBounds bounds() {
        return bounds;
    }

    @Override
    protected void initChannel(SocketChannel client) {
        client.config().setWriteBufferWaterMark(Connector.UNSENT);
        door.clients().add(client);
        ChannelPipeline pipeline = client.pipeline();
        if (balancers.contains(client.remoteAddress())) {
            pipeline.addLast("balancer", new BalancerHeader(times.head()));
        }
        pipeline.addLast("bounds", bounds);
        if (tls.on()) {
            pipeline.addLast("scheme", new PlainOnTlsPort(plain, List.of(TLS, ALPN), tls::failed))
                    .addLast(TLS, tls.handler())
                    .addLast(ALPN, new Negotiation());
        } else {
            http1(client);
        }
    }

    /** Part of stopping: what has a request under way ends with its answer, all else now. On the connection's loop. */
    static void drain(Channel client) {
        ClientHandler handler = client.pipeline().get(ClientHandler.class);
        if (handler != null) {
            handler.drain();
        } else if (Http2Front.drain(client)) {
            LOG.trace("{} ends when its streams have", client);
        } else if (client.pipeline().get(Negotiation.class) != null
                || client.pipeline().get(BalancerHeader.class) != null
                || PlainHttp.on(client)) {
            client.close();
        }
    }

    private void http1(Channel client) {
        client.pipeline().addLast(CODEC, StrictHttp.serverCodec(heads)).addLast(TIMES, new RequestTimes(times));
        requests(client);
    }

    private void requests(Channel client) {
        client.pipeline()
                .addLast(SANITY, new RequestSanity(refusals))
                .addLast("client", new ClientHandler(door, client, null));
    }

    /** After a switch of protocols: what knows HTTP goes, and the last handler gets bytes from now on. */
    static void bytesOnly(ChannelPipeline pipeline) {
        pipeline.remove(SANITY);
        if (pipeline.get(CODEC) != null) {
            pipeline.remove(TIMES);
            pipeline.remove(CODEC);
        } else {
            pipeline.remove(Http2Front.TIMES);
            ChannelHandlerContext codec = pipeline.context(StreamCodec.class);
            ((StreamCodec) codec.handler()).relay(codec);
        }
    }

    /** Waits for the end of a TLS handshake and adds what the two sides agreed on. */
    private final class Negotiation extends ApplicationProtocolNegotiationHandler {
        Negotiation() {
            super(ApplicationProtocolNames.HTTP_1_1);
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            tls.done(protocol);
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                http2.add(context.pipeline());
            } else {
                http1(context.channel());
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
            tls.failed();
            LOG.debug("{}: no TLS handshake: {}", context.channel(), cause.getMessage());
            context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            Throwable root = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
            handshakeFailure(context, root);
        }
    }
}
