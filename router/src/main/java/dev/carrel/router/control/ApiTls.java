/* Copyright the Carrel authors. */
package dev.carrel.router.control;

import dev.carrel.router.settings.ProxySettings;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** TLS of the control API, as a JupyterHub with internal TLS wants it: a certificate of ours, and perhaps one of the caller's. */
final class ApiTls {
    private ApiTls() {}

    /**
     * As the settings have it; empty while no certificate is named. Files are read once.
     *
     * @throws IllegalArgumentException naming the setting that does not serve
     */
    static Optional<SslContext> of(ProxySettings settings) {
        boolean cert = !settings.apiSslCert().isEmpty();
        if (cert == settings.apiSslKey().isEmpty()) {
            throw new IllegalArgumentException(
                    "proxy.api-ssl-cert and proxy.api-ssl-key: only one of them is set (expected: both or neither)");
        }
        if (!cert) {
            return Optional.empty();
        }
        if (settings.apiSslRequestCert() && settings.apiSslCa().isEmpty()) {
            throw new IllegalArgumentException(
                    "proxy.api-ssl-request-cert: set without proxy.api-ssl-ca (expected: the authorities whose certificates count)");
        }
        String passphrase = settings.apiSslKeyPassphrase();
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(
                            file("api-ssl-cert", settings.apiSslCert()),
                            file("api-ssl-key", settings.apiSslKey()),
                            passphrase.isEmpty() ? null : passphrase)
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2");
            if (settings.apiSslRequestCert()) {
                builder.trustManager(file("api-ssl-ca", settings.apiSslCa()))
                        .clientAuth(settings.apiSslRejectUnauthorized() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
            }
            return Optional.of(builder.build());
        } catch (IllegalArgumentException | SSLException e) {
            throw new IllegalArgumentException(
                    "proxy.api-ssl-cert, proxy.api-ssl-key, proxy.api-ssl-ca: " + e.getMessage()
                            + " (expected: PEM; a key as PKCS #8: openssl pkcs8 -topk8)",
                    e);
        }
    }

    private static File file(String setting, String path) {
        File file = new File(path);
        if (!file.canRead()) {
            throw new IllegalArgumentException("proxy." + setting + ": " + path + " cannot be read");
        }
        return file;
    }
}
