/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import java.security.SecureRandom;
import java.util.Base64;

/** Marks that are never given twice. */
final class Eras {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 12;

    private Eras() {}

    static String fresh() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
