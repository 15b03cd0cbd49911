/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import dev.carrel.protocol.key.KeyFile;
import dev.carrel.protocol.key.UncheckedKeyException;
import dev.carrel.protocol.name.Base32;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The masters from which every signing key of an installation is derived. The file holds one {@code keyid:base64} a line: the first
 * signs, the others still verify (rotation: put a new line on top, drop the old one when its values have expired).
 */
public final class SigningKeys {
    private static final int MASTER_BYTES = 32;
    private final List<Master> masters;

    private record Master(String id, byte[] secret) {}

    /** Deriving a key takes longer than checking a value with it. At most one entry for each master and purpose. */
    private final Map<Derived, SecretKey> derived = new ConcurrentHashMap<>();

    private record Derived(String master, Purpose purpose) {}

    private SigningKeys(List<Master> masters) {
        this.masters = List.copyOf(masters);
    }

    /** The keys of this file, created with one fresh master on first use. */
    public static SigningKeys readOrCreate(Path file) {
        return parse(file.toString(), KeyFile.readOrCreate(file, SigningKeys::freshLine));
    }

    /** The keys of this file, which must be there. */
    public static SigningKeys read(Path file) {
        return parse(file.toString(), KeyFile.read(file));
    }

    /** Parses the text of a key file; {@code source} names it in errors. */
    public static SigningKeys parse(String source, String text) {
        List<Master> masters = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] parts = line.strip().split(":", 2);
            if (parts.length != 2 || !parts[0].matches("[a-z2-7]{4}")) {
                throw new UncheckedKeyException(source + ": line " + (masters.size() + 1) + " is not keyid:base64");
            }
            byte[] secret;
            try {
                secret = Base64.getDecoder().decode(parts[1]);
            } catch (IllegalArgumentException e) {
                throw new UncheckedKeyException(source + ": key " + parts[0] + " is not base64", e);
            }
            if (secret.length < MASTER_BYTES) {
                throw new UncheckedKeyException(
                        source + ": key " + parts[0] + " has " + secret.length + " bytes (expected: at least 32)");
            }
            masters.add(new Master(parts[0], secret));
        }
        if (masters.isEmpty()) {
            throw new UncheckedKeyException(source + ": no key in it (delete the file and start again for a new one)");
        }
        return new SigningKeys(masters);
    }

    /** A line with a fresh master, as the file holds it. */
    public static String freshLine() {
        byte[] secret = new byte[MASTER_BYTES];
        new SecureRandom().nextBytes(secret);
        return Base32.random(4) + ":" + Base64.getEncoder().encodeToString(secret);
    }

    /**
     * A secret derived for one more purpose, as 43 characters of base64url: the router's control token, the metrics token. Changes when
     * the current master changes.
     */
    public String derivedSecret(String purpose) {
        byte[] key = derive(masters.getFirst(), "secret:" + purpose).getEncoded();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
    }

    String currentKeyId() {
        return masters.getFirst().id();
    }

    /** 32 bytes derived from one of the masters; empty when it is not there. */
    Optional<byte[]> derivedKey(String label, String keyId) {
        return masters.stream()
                .filter(m -> m.id().equals(keyId))
                .findFirst()
                .map(m -> derive(m, label).getEncoded());
    }

    Optional<Mac> mac(Purpose purpose, String keyId) {
        return masters.stream()
                .filter(m -> m.id().equals(keyId))
                .findFirst()
                .map(m -> mac(derived.computeIfAbsent(new Derived(keyId, purpose), _ -> derive(m, purpose.label()))));
    }

    private static SecretKey derive(Master master, String label) {
        try {
            byte[] info = ("carrel/v1/" + label).getBytes(StandardCharsets.UTF_8);
            SecretKey input = new SecretKeySpec(master.secret(), "Generic");
            byte[] bytes = KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract().addIKM(input).thenExpand(info, 32));
            return new SecretKeySpec(bytes, "HmacSHA256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("JDK 25 has HKDF-SHA256", e);
        }
    }

    private static Mac mac(SecretKey key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
