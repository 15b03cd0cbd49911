/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.PrivateFile;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.router.settings.TlsSettings;
import dev.carrel.router.tls.InvalidCertificate;
import dev.carrel.router.tls.PemFiles;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate had by ACME as it lies on the disk: key, certificate and intermediates in one file, which is replaced at once, so that they always fit
 * together. There is always one to be served: until the first comes it is one that we signed ourselves. Blocks; any thread, but one writer at a time.
 */
@Singleton
public final class KeptCertificate implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(KeptCertificate.class);
    private static final Pattern FROM = Pattern.compile("^# from (\\S+)$", Pattern.MULTILINE);
    private static final Duration SELF_SIGNED_LIFE = Duration.ofDays(3650);
    private static final int DNS_NAME = 2;

    private final TlsSettings settings;
    private final Path folder;
    private final Path file;
    private final Clock clock;
    private final List<String> names;

    /**
     * What the file holds.
     *
     * @param certificate the own one
     * @param directory of the authority that gave it; empty for one that we signed ourselves
     */
    record Kept(X509Certificate certificate, String directory) {
        boolean selfSigned() {
            return directory.isEmpty();
        }

        Instant end() {
            return certificate.getNotAfter().toInstant();
        }

        /** When a third of its life is left. */
        Instant renewal() {
            Instant begin = certificate.getNotBefore().toInstant();
            return end().minus(Duration.between(begin, end()).dividedBy(3));
        }

        boolean covers(List<String> names) {
            try {
                Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
                List<String> covered = alternatives == null
                        ? List.of()
                        : alternatives.stream()
                                .filter(one -> one.get(0).equals(DNS_NAME))
                                .map(one -> one.get(1).toString().toLowerCase(Locale.ROOT))
                                .toList();
                return covered.containsAll(names);
            } catch (CertificateParsingException _) {
                return false;
            }
        }
    }

    /** Does not look before {@link #start}. */
    @Inject
    KeptCertificate(TlsSettings settings, SiteSettings site, DataFolder data, Clock clock) {
        this.settings = settings;
        this.folder = data.acme();
        this.file = data.acmeCertificate();
        this.clock = clock;
        this.names = settings.acme() ? settings.acmeNamesFor(site.baseHost()) : List.of();
    }

    /** Sees to it that there is a certificate to serve. */
    @Override
    public void start() throws IOException {
        if (!settings.acme()) {
            return;
        }
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (Files.exists(file)) {
            try {
                read();
                return;
            } catch (InvalidCertificate e) {
                Path aside = file.resolveSibling("certificate.pem.unreadable-" + clock.millis());
                Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
                LOG.error("{}; it lies as {} now, and another one is ordered", e.getMessage(), aside);
            }
        }
        LOG.warn("until {} gives one, a certificate is served that nobody but this router signed", authority());
        KeyPair key = newKey();
        write(key, List.of(selfSigned(key)), "");
    }

    @Override
    public void stop() {
        // Nothing is open.
    }

    /** The names to have one for. */
    List<String> names() {
        return names;
    }

    String authority() {
        return settings.acmeDirectory();
    }

    Path folder() {
        return folder;
    }

    /** Whether it must be had now, and not only when a third of its life is left. */
    boolean due(Kept kept) {
        return kept.selfSigned()
                || !kept.directory().equals(authority())
                || !kept.covers(names)
                || !kept.renewal().isAfter(clock.instant());
    }

    /** What lies there. */
    Kept read() throws InvalidCertificate {
        byte[] content = PemFiles.read(file);
        X509Certificate own = PemFiles.chain(file, content).getFirst();
        if (!PemFiles.match(PemFiles.key(file, content, ""), own)) {
            throw new InvalidCertificate(file + ": key and certificate in it do not fit together");
        }
        Matcher from = FROM.matcher(new String(content, StandardCharsets.ISO_8859_1));
        return new Kept(own, from.find() ? from.group(1) : "");
    }

    /** Takes the place of what lies there, and is served from then on. */
    void keep(Authority.Issued issued) throws IOException, OrderFailed {
        X509Certificate own = issued.chain().getFirst();
        Kept kept = new Kept(own, authority());
        if (!PemFiles.match(issued.key().getPrivate(), own) || !kept.covers(names)) {
            throw new OrderFailed(
                    "the certificate that " + authority() + " gave is not for our key or not for " + names);
        }
        write(issued.key(), issued.chain(), authority());
    }

    private void write(KeyPair key, List<X509Certificate> chain, String directory) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.write("# Written and renewed by the router (tls.acme).\n");
            if (!directory.isEmpty()) {
                pem.write("# from " + directory + "\n");
            }
            pem.writeObject(new JcaPKCS8Generator(key.getPrivate(), null));
            for (X509Certificate one : chain) {
                pem.writeObject(one);
            }
        }
        PrivateFile.replace(file, text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** A new key, of a kind that every authority takes. */
    static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no elliptic curves", e);
        }
    }

    private X509Certificate selfSigned(KeyPair key) throws IOException {
        X500Name nobody = new X500Name("CN=Carrel until an authority has given a certificate");
        GeneralName[] alternatives = names.stream()
                .map(name -> new GeneralName(GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        Instant now = clock.instant();
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    nobody,
                    new BigInteger(64, new SecureRandom()),
                    Date.from(now.minus(Duration.ofDays(1))),
                    Date.from(now.plus(SELF_SIGNED_LIFE)),
                    nobody,
                    key.getPublic());
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IOException("a certificate of our own cannot be made", e);
        }
    }
}
