/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import dev.carrel.router.route.Target;
import dev.carrel.router.settings.ProxySettings;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.NetUtil;
import java.io.File;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * TLS towards https targets: TLS 1.2 and 1.3 of the JDK, the target's certificate checked against its name, and a certificate of our own for those that
 * ask. Files are read once, when the router starts. Immutable; any thread.
 */
final class TargetTls {
    private final SslContext context;
    private final boolean verify;
    private final long handshakeMillis;

    /**
     * As the settings have it.
     *
     * @throws IllegalArgumentException naming the file that does not serve
     */
    TargetTls(ProxySettings settings, Duration handshake) {
        this.verify = settings.verifyTargets();
        this.handshakeMillis = handshake.toMillis();
        SslContextBuilder builder =
                SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols("TLSv1.3", "TLSv1.2");
        if (!verify) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else if (!settings.clientSslCa().isEmpty()) {
            read("client-ssl-ca", settings.clientSslCa(), builder::trustManager);
        }
        if (settings.clientSslCert().isEmpty() != settings.clientSslKey().isEmpty()) {
            throw new IllegalArgumentException(
                    "proxy.client-ssl-cert and proxy.client-ssl-key: only one of them is set (expected: both or neither)");
        }
        if (!settings.clientSslCert().isEmpty()) {
            File certificate = new File(settings.clientSslCert());
            read("client-ssl-key", settings.clientSslKey(), key -> builder.keyManager(certificate, key));
        }
        try {
            context = builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("TLS to targets cannot be set up: " + e.getMessage(), e);
        }
    }

    private interface Reader {
        void read(File file);
    }

    private static void read(String setting, String path, Reader reader) {
        File file = new File(path);
        if (!file.canRead()) {
            throw new IllegalArgumentException(
                    "proxy." + setting + ": " + path + " (expected: a PEM file that this process may read)");
        }
        try {
            reader.read(file);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "proxy." + setting + ": " + path
                            + " (expected: PEM; a key as PKCS #8 without a pass phrase: openssl pkcs8 -topk8 -nocrypt): "
                            + e.getMessage(),
                    e);
        }
    }

    /** The handler for one connection; its handshake future says when the target has proved who it is. */
    SslHandler handler(Channel channel, Target target) {
        SslHandler handler = context.newHandler(channel.alloc(), target.host(), target.port());
        handler.setHandshakeTimeoutMillis(handshakeMillis);
        SSLParameters parameters = handler.engine().getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm(verify ? "HTTPS" : null);
        if (!NetUtil.isValidIpV4Address(target.host()) && !NetUtil.isValidIpV6Address(target.host())) {
            parameters.setServerNames(List.of(new SNIHostName(target.host())));
        }
        handler.engine().setSSLParameters(parameters);
        return handler;
    }
}
