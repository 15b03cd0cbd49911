/* Copyright the Carrel authors. */
package dev.carrel.protocol.key;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.zeromq.ZMQ;

/**
 * A CURVE25519 key pair for the message transport, in ZeroMQ's own Z85 spelling (40 characters each).
 *
 * @param publicKey may be shown and copied
 * @param secretKey stays in its 0600 file
 */
public record CurveKeys(String publicKey, String secretKey) {
    /** Refuses keys of a wrong length. */
    public CurveKeys {
        checkZ85("public key", publicKey);
        checkZ85("secret key", secretKey);
    }

    /** A fresh pair. */
    public static CurveKeys generate() {
        ZMQ.Curve.KeyPair pair = ZMQ.Curve.generateKeyPair();
        return new CurveKeys(pair.publicKey, pair.secretKey);
    }

    /** The pair of this file, created on first use. The file holds the public and the secret key, a line each. */
    public static CurveKeys readOrCreate(Path file) {
        String text = KeyFile.readOrCreate(file, () -> {
            CurveKeys fresh = generate();
            return fresh.publicKey + "\n" + fresh.secretKey;
        });
        String[] lines = text.split("\n", -1);
        if (lines.length != 2) {
            throw new UncheckedKeyException(
                    "key file " + file + ": " + lines.length + " lines (expected: public and secret key, a line each)");
        }
        return new CurveKeys(lines[0].strip(), lines[1].strip());
    }

    /** Reads a public key that another process has left for us to pin. */
    public static String readPublic(Path file) {
        try {
            return checkZ85(
                    "public key in " + file,
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (IOException e) {
            throw new UncheckedKeyException(
                    "public key file " + file + ": " + e + " (create it with: carrel setup)", e);
        }
    }

    private static String checkZ85(String what, String key) {
        if (key.length() != 40 || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new UncheckedKeyException(
                    what + ": " + key.length() + " characters (expected: 40 characters of Z85)");
        }
        return key;
    }

    @Override
    public String toString() {
        return "CurveKeys[" + publicKey + "]";
    }
}
