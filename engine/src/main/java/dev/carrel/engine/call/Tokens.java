/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What workers say hello with: 256 random bits, good for one worker and one hello, kept as a hash only. Belongs to the lock of the fleet. */
final class Tokens {
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Worker> byHash = new HashMap<>();

    /** A token for a worker. */
    String issue(Worker worker) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        byHash.put(hash(token), worker);
        return token;
    }

    /** Whose token it is; null when it is none, or was redeemed before. What is compared are hashes, so how long it takes tells nothing of the token. */
    @Nullable
    Worker redeem(String token) {
        return byHash.remove(hash(token));
    }

    /** A worker's token is worth nothing any more. */
    void forget(Worker worker) {
        byHash.values().remove(worker);
    }

    private static String hash(String token) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
