/* Copyright the Carrel authors. */
package dev.carrel.router.tls;

import dev.carrel.router.settings.TlsSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.concurrent.Executor;

/** Makes the TLS side of a client's connection. Any thread. */
@Singleton
public final class TlsFront {
    /** A ClientHello is a few hundred bytes, with the keys of the age after quantum computers two thousand. */
    private static final int MAX_HELLO = 16 * 1024;

    private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    private final TlsSettings settings;
    private final CertificateStore store;
    private final Counter http1;
    private final Counter http2;
    private final Counter failed;
    /** Signatures take milliseconds, in which an event loop would serve nobody else. */
    private final Executor handshakes =
            task -> Thread.ofVirtual().name("tls-handshake").start(task);

    @Inject
    TlsFront(TlsSettings settings, CertificateStore store, MeterRegistry metrics) {
        this.settings = settings;
        this.store = store;
        this.http1 = counter(metrics, "done", ApplicationProtocolNames.HTTP_1_1);
        this.http2 = counter(metrics, "done", ApplicationProtocolNames.HTTP_2);
        this.failed = counter(metrics, "failed", "none");
        if (settings.on() && System.getProperty(NO_RENEGOTIATION) == null) {
            // In TLS 1.2 a client could have us sign again and again on one connection. There is no other way to tell
            // the JDK.
            System.setProperty(NO_RENEGOTIATION, "true");
        }
    }

    private static Counter counter(MeterRegistry metrics, String outcome, String protocol) {
        return Counter.builder("carrel.router.tls.handshakes")
                .description("TLS handshakes by how they went and what is spoken since")
                .tag("outcome", outcome)
                .tag("protocol", protocol)
                .register(metrics);
    }

    /** Whether the door speaks TLS at all. */
    public boolean on() {
        return settings.on();
    }

    /** First to see the bytes of one connection; replaces itself by Netty's TLS handler once the client has said which host it wants. */
    public ChannelHandler handler() {
        long limit = settings.handshakeTimeout().toMillis();
        return new SniHandler(
                (name, promise) -> promise.setSuccess(store.served()
                        .forName(name == null ? null : name.toLowerCase(Locale.ROOT))
                        .context()),
                MAX_HELLO,
                limit) {
            @Override
            protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
                SslHandler handler = context.newHandler(allocator, handshakes);
                handler.setHandshakeTimeoutMillis(limit);
                return handler;
            }
        };
    }

    /** Counts a handshake after which this protocol is spoken. */
    public void done(String protocol) {
        (protocol.equals(ApplicationProtocolNames.HTTP_2) ? http2 : http1).increment();
    }

    /** Counts a handshake that came to nothing. */
    public void failed() {
        failed.increment();
    }
}
