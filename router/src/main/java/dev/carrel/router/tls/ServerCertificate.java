/* Copyright the Carrel authors. */
package dev.carrel.router.tls;

import dev.carrel.router.settings.TlsSettings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;

/**
 * A certificate as it is served.
 *
 * @param file where it was read
 * @param names the DNS names it is for, in lower case; some may begin with {@code *.}
 * @param notBefore its beginning
 * @param notAfter its end
 */
record ServerCertificate(Path file, List<String> names, Instant notBefore, Instant notAfter, SslContext context) {
    /** All with an ephemeral key exchange and authenticated encryption; a recorded conversation stays closed when the key is lost. */
    private static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final int DNS_NAME = 2;

    /**
     * Reads and checks a pair of files.
     *
     * @throws InvalidCertificate when they cannot be served, with what to do
     */
    static ServerCertificate read(Path certificate, Path key, TlsSettings settings) throws InvalidCertificate {
        PemFiles.requirePrivate(key);
        byte[] keyBytes = PemFiles.read(key);
        // Both in one file are read at once: between two reads another pair may come.
        return of(
                certificate, certificate.equals(key) ? keyBytes : PemFiles.read(certificate), key, keyBytes, settings);
    }

    private static ServerCertificate of(
            Path certificate, byte[] certificateBytes, Path key, byte[] keyBytes, TlsSettings settings)
            throws InvalidCertificate {
        List<X509Certificate> chain = PemFiles.chain(certificate, certificateBytes);
        PrivateKey secret = PemFiles.key(key, keyBytes, settings.keyPassword());
        X509Certificate own = chain.getFirst();
        if (!PemFiles.match(secret, own)) {
            throw new InvalidCertificate(key + ": not the key of the first certificate in " + certificate
                    + " (expected: the pair that belongs together, the own certificate first)");
        }
        try {
            return new ServerCertificate(
                    certificate,
                    names(own),
                    own.getNotBefore().toInstant(),
                    own.getNotAfter().toInstant(),
                    context(chain, secret, settings));
        } catch (SSLException | CertificateParsingException e) {
            throw new InvalidCertificate(certificate + ": cannot be served: " + e.getMessage(), e);
        }
    }

    private static SslContext context(List<X509Certificate> chain, PrivateKey key, TlsSettings settings)
            throws SSLException {
        List<String> protocols = settings.http2()
                ? List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)
                : List.of(ApplicationProtocolNames.HTTP_1_1);
        return SslContextBuilder.forServer(key, chain)
                .sslProvider(SslProvider.JDK)
                .protocols(settings.minVersion().equals("1.3") ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2"))
                .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        // Words meant for a server of another kind must not be taken for HTTP.
                        ApplicationProtocolConfig.SelectorFailureBehavior.FATAL_ALERT,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        protocols))
                .build();
    }

    /** Only the alternative names count; browsers have not looked at the common name for years. */
    private static List<String> names(X509Certificate certificate) throws CertificateParsingException {
        List<String> names = new ArrayList<>();
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
            if (alternative.get(0).equals(DNS_NAME)) {
                names.add(alternative.get(1).toString().toLowerCase(Locale.ROOT));
            }
        }
        return List.copyOf(names);
    }
}
