/* Copyright the Carrel authors. */
package dev.carrel.router.acme;

import dev.carrel.chassis.site.PrivateFile;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.jspecify.annotations.Nullable;

/** By this key an authority knows us again: it is made once, and the account belongs to whoever has it. */
final class AccountKey {
    private static final String NAME = "account.pem";

    private AccountKey() {}

    static KeyPair readOrCreate(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (Files.exists(file)) {
            return read(file);
        }
        KeyPair key = KeptCertificate.newKey();
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.write(
                    "# Of the account with the authority (tls.acme). Without it the next start makes another account.\n");
            pem.writeObject(new JcaPKCS8Generator(key.getPrivate(), null));
            pem.writeObject(key.getPublic());
        }
        PrivateFile.replace(file, text.toString().getBytes(StandardCharsets.US_ASCII));
        return key;
    }

    private static KeyPair read(Path file) throws IOException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        @Nullable PrivateKey secret = null;
        @Nullable PublicKey known = null;
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                if (found instanceof PrivateKeyInfo info) {
                    secret = converter.getPrivateKey(info);
                } else if (found instanceof SubjectPublicKeyInfo info) {
                    known = converter.getPublicKey(info);
                }
            }
        } catch (IOException e) {
            throw new IOException(unreadable(file) + e.getMessage() + mend(file), e);
        }
        if (secret == null || known == null) {
            throw new IOException(unreadable(file) + "not both halves are in it" + mend(file));
        }
        return new KeyPair(known, secret);
    }

    private static String unreadable(Path file) {
        return "the key of the account, " + file + ", cannot be read: ";
    }

    private static String mend(Path file) {
        return " (expected: as the router wrote it; restore it, or move " + file + " away to have a new account)";
    }
}
