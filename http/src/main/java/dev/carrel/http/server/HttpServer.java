/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import dev.carrel.http.transport.BindFailure;
import dev.carrel.http.transport.Transport;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 server on one port. Handlers run on virtual threads. Started and closed by its owner's thread; it uses a {@link Transport} that
 * may serve others too and is not closed with it.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final Transport transport;
    private final HttpServerSettings settings;
    private final ServerCore core;
    private final ConnectionPipeline pipeline;
    private @Nullable Channel listening;
    private boolean closed;

    /** Does not listen before {@link #start}. */
    public HttpServer(HttpServerSettings settings, Routes routes, ErrorRenderer errors, Transport transport) {
        this.transport = transport;
        this.settings = settings;
        this.core = new ServerCore(settings, routes, errors, Clock.systemUTC());
        this.pipeline = new ConnectionPipeline(core, new RequestIds(new SecureRandom()));
    }

    /** From now on every connection must speak TLS; called before {@link #start}. */
    public synchronized void secure(SslContext tls) {
        if (listening != null) {
            throw new IllegalStateException("a server is secured before it is started");
        }
        pipeline.secure(tls);
    }

    /**
     * Listens. Blocks until the port is open.
     *
     * @throws BindFailure when the port cannot be opened; the message tells what to do
     */
    public synchronized HttpServer start() {
        if (listening != null || closed) {
            throw new IllegalStateException("a server is started once");
        }
        listening = transport.bind(settings.host(), settings.port(), settings.portSetting(), pipeline);
        core.accessLog().start();
        return this;
    }

    /** The port it listens on, also when the settings left it open. */
    public synchronized int port() {
        if (listening == null) {
            throw new IllegalStateException("the server is not started");
        }
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Connections open now. */
    public int connections() {
        return pipeline.bounds().open();
    }

    /** Requests under way now. */
    public int requests() {
        return core.exchanges();
    }

    /** Drains for ten seconds at most. */
    @Override
    public void close() {
        close(DRAIN);
    }

    /**
     * Takes no more connections, closes idle ones, tells event streams to end and all others that this was their last request, waits for requests
     * under way, and closes what is left after the given time. May be called again.
     */
    public synchronized void close(Duration drainTime) {
        if (closed) {
            return;
        }
        closed = true;
        core.drain();
        if (listening == null) {
            return;
        }
        listening.close().awaitUninterruptibly();
        for (Channel connection : core.connections()) {
            connection.eventLoop().execute(() -> {
                RequestDispatcher dispatcher = connection.pipeline().get(RequestDispatcher.class);
                if (dispatcher != null) {
                    dispatcher.drain();
                }
            });
        }
        try {
            if (!core.awaitQuiet(drainTime)) {
                LOG.warn("{} requests were still under way after {} and are cut off", core.exchanges(), drainTime);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        core.connections().close().awaitUninterruptibly(2_000);
        core.accessLog().close();
    }
}
