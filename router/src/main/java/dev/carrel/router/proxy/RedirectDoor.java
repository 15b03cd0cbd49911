/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.http.transport.ConnectionBounds;
import dev.carrel.router.acme.Challenges;
import dev.carrel.router.decide.Hosts;
import dev.carrel.router.settings.RouterSettings;
import dev.carrel.router.settings.TlsSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.GlobalEventExecutor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends whoever comes by plain HTTP to the same address under https. Only to hosts of ours: any other name is answered 421, so that nobody is sent elsewhere
 * by us. Nothing but the challenges of a certificate authority is answered here itself. One answer a connection. Nothing is read beyond a request's head.
 */
@Singleton
public final class RedirectDoor implements Service {
    private final SiteSettings site;
    private final Predecessor predecessor;
    private final int port;
    private final Loops loops;
    private final Hosts hosts;
    private final Challenges challenges;
    private final Pipeline pipeline;
    private final ChannelGroup clients = new DefaultChannelGroup("redirected", GlobalEventExecutor.INSTANCE, true);
    private volatile @Nullable Channel listening;

    /** Does not listen before {@link #start}, and not at all without a port. */
    @Inject
    RedirectDoor(
            SiteSettings site,
            TlsSettings tls,
            RouterSettings settings,
            Loops loops,
            Health health,
            Predecessor predecessor,
            Challenges challenges) {
        this.predecessor = predecessor;
        this.challenges = challenges;
        this.site = site;
        this.port = tls.redirectPort();
        this.loops = loops;
        this.hosts = new Hosts(site);
        this.pipeline = new Pipeline(settings);
        if (port != 0) {
            if (!site.https()) {
                throw new IllegalArgumentException("tls.redirect-port is set, but site.public-url is " + site.baseUrl()
                        + " (expected: the https address to send people to)");
            }
            health.add("redirect", this::fault);
        }
    }

    @Override
    public void start() {
        if (port != 0) {
            listening = loops.transport()
                    .bindShared(site.bind(), port, "tls.redirect-port", pipeline, predecessor.listens());
        }
    }

    /** Another process listens on the port now: listens no more here. */
    public void handOver() {
        Channel here = listening;
        if (here != null) {
            here.close().awaitUninterruptibly();
        }
    }

    @Override
    public void stop() {
        Channel here = listening;
        if (here != null) {
            here.close().awaitUninterruptibly();
            clients.close().awaitUninterruptibly(2_000);
        }
    }

    private Optional<String> fault() {
        Channel here = listening;
        return here != null && here.isOpen() ? Optional.empty() : Optional.of("port " + port + " is not open");
    }

    private FullHttpResponse answer(HttpRequest request) {
        String origin = hosts.secureOrigin(String.valueOf(request.headers().get(HttpHeaderNames.HOST)));
        if (origin == null || !request.uri().startsWith("/")) {
            return empty(HttpResponseStatus.MISDIRECTED_REQUEST);
        }
        String proof = request.method().equals(HttpMethod.GET) ? challenges.answer(request.uri()) : null;
        if (proof != null) {
            return text(proof);
        }
        boolean safe =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        FullHttpResponse answer =
                empty(safe ? HttpResponseStatus.MOVED_PERMANENTLY : HttpResponseStatus.PERMANENT_REDIRECT);
        answer.headers().set(HttpHeaderNames.LOCATION, origin + request.uri());
        return answer;
    }

    private static FullHttpResponse text(String text) {
        FullHttpResponse answer = answer(HttpResponseStatus.OK, Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream")
                .set("X-Content-Type-Options", "nosniff");
        return answer;
    }

    private static FullHttpResponse empty(HttpResponseStatus status) {
        return answer(status, Unpooled.EMPTY_BUFFER);
    }

    private static FullHttpResponse answer(HttpResponseStatus status, ByteBuf body) {
        FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        answer.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return answer;
    }

    private final class Pipeline extends ChannelInitializer<SocketChannel> {
        private final ConnectionBounds bounds;
        private final PlainHttp plain;

        Pipeline(RouterSettings settings) {
            bounds = new ConnectionBounds(settings.maxConnections(), settings.maxConnectionsPerAddress());
            plain = new PlainHttp(settings, RedirectDoor.this::answer);
        }

        @Override
        protected void initChannel(SocketChannel client) {
            clients.add(client);
            client.pipeline().addLast("bounds", bounds);
            plain.add(client.pipeline());
        }
    }
}
