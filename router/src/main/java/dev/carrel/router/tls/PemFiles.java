/* Copyright the Carrel authors. */
package dev.carrel.router.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/**
 * Reads certificates and keys as tools write them: chains of X.509, and keys in PKCS #8, PKCS #1 and SEC 1, encrypted or not. Blocks; any thread.
 */
public final class PemFiles {
    /** A key may stand beside its certificate in one file. */
    private static final Pattern KEYS =
            Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?-----END \\1PRIVATE KEY-----", Pattern.DOTALL);

    private static final long MAX_BYTES = 1024 * 1024;
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private PemFiles() {}

    /**
     * The certificates of a file, in their order; at least one.
     *
     * @throws InvalidCertificate when there is none or one cannot be read
     */
    public static List<X509Certificate> chain(Path file, byte[] content) throws InvalidCertificate {
        try {
            List<X509Certificate> chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(withoutKeys(content)))
                            .stream()
                            .map((Certificate one) -> (X509Certificate) one)
                            .toList();
            if (chain.isEmpty()) {
                throw new InvalidCertificate(
                        file + ": there is no certificate in it (expected: PEM, -----BEGIN CERTIFICATE-----)");
            }
            return chain;
        } catch (CertificateException e) {
            throw new InvalidCertificate(
                    file + ": no certificate that can be read: " + e.getMessage()
                            + " (expected: PEM, -----BEGIN CERTIFICATE-----, the own one first)",
                    e);
        }
    }

    /**
     * The key of a file, which may hold certificates, too.
     *
     * @throws InvalidCertificate when there is none or it cannot be read
     */
    public static PrivateKey key(Path file, byte[] content, String password) throws InvalidCertificate {
        try (PEMParser parser = new PEMParser(new StringReader(new String(content, StandardCharsets.ISO_8859_1)))) {
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                // openssl writes the parameters of a curve before the key.
                PrivateKeyInfo info = info(found, password.toCharArray());
                if (info != null) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
            }
            throw new InvalidCertificate(
                    file + ": there is no private key in it (expected: PEM, -----BEGIN PRIVATE KEY-----)");
        } catch (PKCSException | OperatorCreationException e) {
            throw encrypted(file, e);
        } catch (PEMException e) {
            throw password.isEmpty() && String.valueOf(e.getMessage()).contains("password")
                    ? encrypted(file, e)
                    : new InvalidCertificate(file + ": no key that can be read: " + e.getMessage(), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidCertificate(
                    file + ": no key that can be read: " + e.getMessage()
                            + " (expected: PEM, -----BEGIN PRIVATE KEY-----)",
                    e);
        }
    }

    private static byte[] withoutKeys(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        return text.contains("PRIVATE KEY-----")
                ? KEYS.matcher(text).replaceAll("").getBytes(StandardCharsets.ISO_8859_1)
                : content;
    }

    private static InvalidCertificate encrypted(Path file, Exception cause) {
        return new InvalidCertificate(
                file + ": the key is encrypted and tls.key-password does not open it (expected: its password there)",
                cause);
    }

    private static @org.jspecify.annotations.Nullable PrivateKeyInfo info(Object found, char[] password)
            throws IOException, PKCSException, OperatorCreationException {
        BouncyCastleProvider provider = new BouncyCastleProvider();
        return switch (found) {
            case PrivateKeyInfo plain -> plain;
            case PEMKeyPair pair -> pair.getPrivateKeyInfo();
            case PKCS8EncryptedPrivateKeyInfo closed ->
                closed.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                        .setProvider(provider)
                        .build(password));
            case PEMEncryptedKeyPair closed ->
                closed.decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                                .setProvider(provider)
                                .build(password))
                        .getPrivateKeyInfo();
            default -> null;
        };
    }

    /** Refuses a key file that others than its owner can read, and one that not even its owner can. */
    static void requirePrivate(Path key) throws InvalidCertificate {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(key);
            if (!Collections.disjoint(mode, OTHERS)) {
                throw mode(key, "others than its owner can read or change it", mode);
            }
            // The superuser reads it all the same; who does not run as one could not after a restart.
            if (!mode.contains(PosixFilePermission.OWNER_READ)) {
                throw mode(key, "not even its owner can read it", mode);
            }
        } catch (NoSuchFileException e) {
            throw missing(key, e);
        } catch (IOException | UnsupportedOperationException e) {
            throw new InvalidCertificate(key + ": its mode cannot be read: " + e, e);
        }
    }

    private static InvalidCertificate mode(Path key, String fault, Set<PosixFilePermission> mode) {
        return new InvalidCertificate(key + ": " + fault + ", its mode is " + PosixFilePermissions.toString(mode)
                + " (expected: chmod 600 " + key + ")");
    }

    /**
     * All of a file.
     *
     * @throws InvalidCertificate when it cannot be read
     */
    public static byte[] read(Path file) throws InvalidCertificate {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new InvalidCertificate(file + ": larger than 1 MiB (expected: a certificate or a key)");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw missing(file, e);
        } catch (IOException e) {
            String user = System.getProperty("user.name");
            throw new InvalidCertificate(
                    file + ": the user " + user + ", as whom the router runs, cannot read it: " + e
                            + " (expected: below a folder that user may enter, as etc/tls of the data folder; chown "
                            + user + " " + file + ")",
                    e);
        }
    }

    private static InvalidCertificate missing(Path file, Exception cause) {
        return new InvalidCertificate(file + ": there is no such file (see tls.certificate and tls.key)", cause);
    }

    /** Whether a key is the one a certificate speaks of. */
    public static boolean match(PrivateKey key, X509Certificate certificate) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            byte[] probe = "carrel".getBytes(StandardCharsets.US_ASCII);
            var signing = java.security.Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(probe);
            byte[] signed = signing.sign();
            var verifying = java.security.Signature.getInstance(algorithm);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(probe);
            return verifying.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }
}
