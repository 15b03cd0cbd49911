/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.http.transport.Transport;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.router.hop.EngineQuestion;
import dev.carrel.router.hop.HopProof;
import dev.carrel.router.hop.HopTls;
import dev.carrel.router.hop.Whereabouts;
import io.netty.handler.ssl.SslContext;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The way between the routers of several instances: where sessions are, how routers prove themselves, and by what they connect. Any thread. */
final class Hop implements AutoCloseable {
    private final InstanceSettings settings;
    private final EngineQuestion question;
    private final Whereabouts whereabouts;
    private final HopProof proof;
    private final Connector connector;
    private final @Nullable SslContext tls;

    /** Connects nothing yet. */
    Hop(
            InstanceSettings settings,
            SiteSettings site,
            SignedValues signing,
            Clock clock,
            Transport transport,
            TargetTls targets,
            Duration connectTimeout) {
        this.settings = settings;
        this.question = new EngineQuestion(site, signing, clock);
        this.whereabouts = new Whereabouts(question);
        this.proof = new HopProof(settings, signing, clock);
        this.tls = HopTls.server(settings).orElse(null);
        this.connector = new Connector(
                transport, targets, connectTimeout, HopTls.client(settings).orElse(null));
    }

    Whereabouts whereabouts() {
        return whereabouts;
    }

    HopProof proof() {
        return proof;
    }

    Connector connector() {
        return connector;
    }

    /** For the port; null for plain connections. */
    @Nullable
    SslContext tls() {
        return tls;
    }

    String bind() {
        return settings.hopBind();
    }

    int port() {
        return settings.hopPort();
    }

    @Override
    public void close() {
        question.close();
    }
}
