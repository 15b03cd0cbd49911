/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.connector.DefaultConnection;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/** The way to an authority for one order: whom its https is trusted by, and when it last asked not to be asked again before. One order. */
final class AskedOver extends GenericAcmeProvider {
    private static final int FIRST_ERROR = 400;

    private final @Nullable SSLContext trust;
    private final AtomicReference<@Nullable Instant> notBefore = new AtomicReference<>();

    AskedOver(@Nullable SSLContext trust) {
        this.trust = trust;
    }

    /** What the last refusal that named a time named. */
    @Nullable
    Instant notBefore() {
        return notBefore.get();
    }

    @Override
    public Connection connect(URI server, NetworkSettings network) {
        return new Noting(createHttpConnector(network));
    }

    @Override
    protected HttpConnector createHttpConnector(NetworkSettings network) {
        return new HttpConnector(network) {
            @Override
            public HttpClient.Builder createClientBuilder() {
                HttpClient.Builder builder = super.createClientBuilder();
                return trust == null ? builder : builder.sslContext(trust);
            }
        };
    }

    /** The library tells Retry-After of one kind of refusal only. */
    private final class Noting extends DefaultConnection {
        Noting(HttpConnector connector) {
            super(connector);
        }

        @Override
        public void close() {
            HttpResponse<?> answer = lastResponse;
            if (answer != null && answer.statusCode() >= FIRST_ERROR) {
                named().ifPresent(notBefore::set);
            }
            super.close();
        }

        private Optional<Instant> named() {
            try {
                return getRetryAfter();
            } catch (AcmeProtocolException _) {
                return Optional.empty();
            }
        }
    }
}
