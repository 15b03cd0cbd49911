/* Copyright the Carrel authors. */
package dev.carrel.router;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority of the tests' own, the certificates it gives, and clients that trust it. */
final class TestCertificates {
    private static final X500Name ISSUER = new X500Name("CN=Authority of the tests");

    private final KeyPair authorityKey = keyPair();
    private final X509Certificate authority;

    /** A certificate with its key, as PEM. */
    record Pair(X509Certificate certificate, String chainPem, String keyPem) {}

    TestCertificates() throws Exception {
        authority = sign(
                ISSUER,
                authorityKey,
                Instant.now().plusSeconds(3600),
                builder -> builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true)));
    }

    Pair issue(String... names) throws Exception {
        return issue(Instant.now().plusSeconds(90L * 24 * 3600), names);
    }

    Pair issue(Instant end, String... names) throws Exception {
        return issue(end, keyPair(), names);
    }

    /** For a key of the older kind. */
    Pair issueRsa(String... names) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return issue(Instant.now().plusSeconds(90L * 24 * 3600), generator.generateKeyPair(), names);
    }

    private Pair issue(Instant end, KeyPair key, String... names) throws Exception {
        GeneralName[] alternatives = Arrays.stream(names)
                .map(name -> new GeneralName(GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        X509Certificate certificate = sign(
                new X500Name("CN=" + names[0]),
                key,
                end,
                builder ->
                        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives)));
        return new Pair(certificate, pem(certificate) + pem(authority), pem(key.getPrivate()));
    }

    private interface Extending {
        void extend(JcaX509v3CertificateBuilder builder) throws Exception;
    }

    private X509Certificate sign(X500Name subject, KeyPair key, Instant end, Extending extending) throws Exception {
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                ISSUER,
                new BigInteger(64, new SecureRandom()),
                Date.from(Instant.now().minusSeconds(100L * 24 * 3600)),
                Date.from(end),
                subject,
                key.getPublic());
        extending.extend(builder);
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKey.getPrivate())));
    }

    private static KeyPair keyPair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
        }
        return text.toString();
    }

    /** Writes the pair as certificate NAME.pem and key NAME.key, each at once, and returns the folder. */
    static Path write(Path folder, String name, Pair pair) throws IOException {
        certificate(folder, name, pair.chainPem());
        return key(folder, name, pair.keyPem());
    }

    static Path certificate(Path folder, String name, String pem) throws IOException {
        return place(folder, name + ".pem", pem, "rw-r--r--");
    }

    static Path key(Path folder, String name, String pem) throws IOException {
        return place(folder, name + ".key", pem, "rw-------");
    }

    private static Path place(Path folder, String name, String text, String mode) throws IOException {
        Path fresh = Files.createDirectories(folder).resolve(name + ".new");
        Files.writeString(fresh, text);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(mode));
        Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        return folder;
    }

    /** Settings for a router that serves the pair {@code main} of a folder at {@code https://localhost:port}. */
    static Map<String, String> settings(Path folder) {
        return Map.of(
                "CARREL_TLS_CERTIFICATE",
                        folder.toAbsolutePath().resolve("main.pem").toString(),
                "CARREL_TLS_KEY", folder.toAbsolutePath().resolve("main.key").toString(),
                "CARREL_SITE_PUBLIC_URL", "https://localhost:{port}");
    }

    /** Whom clients of these certificates trust. */
    String authorityPem() throws IOException {
        return pem(authority);
    }

    SSLContext trusting() throws Exception {
        return trusting(authority);
    }

    /** What trusts this authority and nobody else. */
    static SSLContext trusting(X509Certificate authority) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority);
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    /** A connection on which the handshake is done; without a name when it is empty. */
    SSLSocket connect(int port, String name, String... protocols) throws Exception {
        SSLSocket socket =
                (SSLSocket) trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        if (!name.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        if (protocols.length > 0) {
            parameters.setProtocols(protocols);
        }
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(20_000);
        socket.startHandshake();
        return socket;
    }
}
