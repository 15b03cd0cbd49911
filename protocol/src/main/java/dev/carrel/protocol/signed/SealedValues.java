/* Copyright the Carrel authors. */
package dev.carrel.protocol.signed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Texts that are kept where others may read them, such as a database and its backups: AES-256-GCM, with a key derived for one purpose. What is sealed
 * names the master key it was sealed under, so that a new master does not shut away the old values; when a master is taken out of the file, what was
 * sealed under it is lost. Immutable and thread-safe.
 */
public final class SealedValues {
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final SigningKeys keys;
    private final String purpose;
    private final SecureRandom random = new SecureRandom();

    /** @param purpose what is sealed; a value of another purpose does not open */
    public SealedValues(SigningKeys keys, String purpose) {
        this.keys = keys;
        this.purpose = purpose;
    }

    /**
     * Seals a text, each time into another one.
     *
     * @param place whose it is and what for: the text opens nowhere else
     */
    public String seal(String text, List<String> place) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        String keyId = keys.currentKeyId();
        SecretKey key = key(keyId).orElseThrow();
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, key, nonce, place).doFinal(text.getBytes(StandardCharsets.UTF_8));
            byte[] whole = ByteBuffer.allocate(NONCE + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return keyId + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-256-GCM", e);
        }
    }

    /** The text; empty when it was not sealed for this purpose and place, was changed, or its master key is gone. */
    public Optional<String> open(String sealed, List<String> place) {
        int dot = sealed.indexOf('.');
        Optional<SecretKey> key = dot < 0 ? Optional.empty() : key(sealed.substring(0, dot));
        if (key.isEmpty()) {
            return Optional.empty();
        }
        try {
            ByteBuffer whole = ByteBuffer.wrap(Base64.getUrlDecoder().decode(sealed.substring(dot + 1)));
            if (whole.remaining() < NONCE + TAG_BITS / 8) {
                return Optional.empty();
            }
            byte[] nonce = new byte[NONCE];
            whole.get(nonce);
            byte[] rest = new byte[whole.remaining()];
            whole.get(rest);
            return Optional.of(new String(
                    cipher(Cipher.DECRYPT_MODE, key.get(), nonce, place).doFinal(rest), StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            // Which of them it was helps only those who try.
            return Optional.empty();
        }
    }

    private Optional<SecretKey> key(String keyId) {
        return keys.derivedKey("seal:" + purpose, keyId).map(bytes -> new SecretKeySpec(bytes, "AES"));
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, List<String> place)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        for (String part : place) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            cipher.updateAAD(ByteBuffer.allocate(4).putInt(bytes.length).array());
            cipher.updateAAD(bytes);
        }
        return cipher;
    }
}
