/* Copyright the Carrel authors. */
package dev.carrel.router.hop;

import dev.carrel.chassis.site.InstanceSettings;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** TLS between routers: each shows the certificate of its instance, and neither speaks to one that the authority did not sign. */
public final class HopTls {
    private HopTls() {}

    /** For the port; empty when the settings name no certificate. */
    public static Optional<SslContext> server(InstanceSettings settings) {
        if (!settings.tls()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    SslContextBuilder.forServer(new File(settings.hopCertificate()), new File(settings.hopKey()))
                            .trustManager(new File(settings.hopTrust()))
                            .clientAuth(ClientAuth.REQUIRE)
                            .protocols("TLSv1.3")
                            .build());
        } catch (SSLException | IllegalArgumentException e) {
            throw unusable(e);
        }
    }

    /** For connections to other routers, whose certificates must be for the host they are reached at; empty as above. */
    public static Optional<SslContext> client(InstanceSettings settings) {
        if (!settings.tls()) {
            return Optional.empty();
        }
        try {
            return Optional.of(SslContextBuilder.forClient()
                    .keyManager(new File(settings.hopCertificate()), new File(settings.hopKey()))
                    .trustManager(new File(settings.hopTrust()))
                    .endpointIdentificationAlgorithm("HTTPS")
                    .protocols("TLSv1.3")
                    .build());
        } catch (SSLException | IllegalArgumentException e) {
            throw unusable(e);
        }
    }

    private static IllegalArgumentException unusable(Exception e) {
        return new IllegalArgumentException(
                "instance.hop-certificate, hop-key, hop-trust: cannot be used: " + e.getMessage()
                        + " (expected: PEM files, the key in PKCS #8 without a password)",
                e);
    }
}
