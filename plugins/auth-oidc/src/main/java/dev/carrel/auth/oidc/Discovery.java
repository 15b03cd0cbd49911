/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a provider says about itself, asked for at the first sign-in and then every hour; and its keys. Thread-safe. */
final class Discovery {
    private static final Duration FRESH = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final int MAX_KEYS_BYTES = 256 * 1024;
    private static final long KEYS_FRESH_MILLIS = 5 * 60 * 1000L;

    private final Issuer issuer;
    private final Clock clock;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Known known;
    private volatile Instant silentUntil = Instant.EPOCH;

    private record Known(OIDCProviderMetadata metadata, JWKSource<SecurityContext> keys, Instant at) {}

    Discovery(URI issuer, Clock clock) {
        this.issuer = new Issuer(Wire.secure("issuer", issuer));
        this.clock = clock;
    }

    /**
     * What it says.
     *
     * @throws IOException when it does not answer
     * @throws WrongAnswer when it calls itself otherwise than the operator does, or sends people to unsafe places
     */
    OIDCProviderMetadata metadata() throws IOException, WrongAnswer {
        return known().metadata();
    }

    /** The judge of its ID tokens. */
    IdTokens tokens(ClientID client) throws IOException, WrongAnswer {
        return new IdTokens(issuer, client, known().keys(), clock);
    }

    private Known known() throws IOException, WrongAnswer {
        Known now = known;
        if (now != null && clock.instant().isBefore(now.at().plus(FRESH))) {
            return now;
        }
        try {
            if (!asking.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(issuer + " has not answered others yet");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        try {
            now = known;
            if (now == null || !clock.instant().isBefore(now.at().plus(FRESH))) {
                now = askAgain();
                known = now;
            }
            return now;
        } finally {
            asking.unlock();
        }
    }

    /** Whoever waited while it did not answer need not wait once more each. */
    private Known askAgain() throws IOException, WrongAnswer {
        if (clock.instant().isBefore(silentUntil)) {
            throw new IOException(issuer + " did not answer a moment ago");
        }
        try {
            return ask();
        } catch (IOException e) {
            silentUntil = clock.instant().plus(PAUSE);
            throw e;
        }
    }

    private Known ask() throws IOException, WrongAnswer {
        try {
            // Refuses metadata of another issuer.
            OIDCProviderMetadata metadata = OIDCProviderMetadata.resolve(issuer, Wire.CONNECT_MILLIS, Wire.READ_MILLIS);
            URI keys = endpoint("jwks_uri", metadata.getJWKSetURI());
            endpoint("authorization_endpoint", metadata.getAuthorizationEndpointURI());
            endpoint("token_endpoint", metadata.getTokenEndpointURI());
            if (metadata.getUserInfoEndpointURI() != null) {
                endpoint("userinfo_endpoint", metadata.getUserInfoEndpointURI());
            }
            return new Known(metadata, keys(keys), clock.instant());
        } catch (GeneralException | IllegalArgumentException e) {
            throw WrongAnswer.of("what " + issuer + " says about itself is not good: " + e.getMessage(), e);
        }
    }

    private static URI endpoint(String what, @Nullable URI address) {
        if (address == null) {
            throw new IllegalArgumentException(what + ": missing");
        }
        return Wire.secure(what, address);
    }

    /** Nothing here has a thread of its own: the plugin may be replaced at any time. */
    private static JWKSource<SecurityContext> keys(URI address) throws IOException {
        return JWKSourceBuilder.create(
                        address.toURL(),
                        new DefaultResourceRetriever(Wire.CONNECT_MILLIS, Wire.READ_MILLIS, MAX_KEYS_BYTES))
                .cache(KEYS_FRESH_MILLIS, Wire.READ_MILLIS)
                .refreshAheadCache(false)
                .rateLimited(true)
                .build();
    }
}
