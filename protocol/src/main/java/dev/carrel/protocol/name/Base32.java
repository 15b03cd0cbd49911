/* Copyright the Carrel authors. */
package dev.carrel.protocol.name;

import java.security.SecureRandom;

/** RFC 4648 base32 in lower case without padding: safe in host names, container names and file names. */
public final class Base32 {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Base32() {}

    /** Encodes all bytes; the last character carries the remaining bits, zero-padded. */
    public static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder((bytes.length * 8 + 4) / 5);
        int buffer = 0;
        int bits = 0;
        for (byte b : bytes) {
            buffer = (buffer << 8 | b & 0xff) & 0xfff;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(ALPHABET.charAt(buffer >> bits & 31));
            }
        }
        if (bits > 0) {
            text.append(ALPHABET.charAt(buffer << 5 - bits & 31));
        }
        return text.toString();
    }

    /** A random text of {@code length} characters, five random bits each. */
    public static String random(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(RANDOM.nextInt(32)));
        }
        return text.toString();
    }

    static String check(String what, @org.jspecify.annotations.Nullable String value, int length) {
        if (value == null || !value.matches("[a-z2-7]{" + length + "}")) {
            throw new IllegalArgumentException(
                    what + ": " + Printable.quote(value) + " (expected: " + length + " characters of a-z2-7)");
        }
        return value;
    }
}
