/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/**
 * What one sign-in must remember until its answer comes: which provider was asked, and three values of 256 random bits that nobody else knows. Carrel
 * keeps it, sealed, in a cookie of the browser.
 *
 * @param provider key of the provider
 * @param state comes back in the address
 * @param nonce comes back in the ID token
 * @param verifier of PKCE, shown when the code is redeemed
 */
record Attempt(String provider, String state, String nonce, String verifier) {
    private static final SecureRandom RANDOM = new SecureRandom();

    static Attempt fresh(String provider) {
        return new Attempt(provider, random(), random(), random());
    }

    private static String random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    String text() {
        return String.join(" ", provider, state, nonce, verifier);
    }

    static Optional<Attempt> parse(String text) {
        String[] parts = text.split(" ", -1);
        return parts.length == 4 ? Optional.of(new Attempt(parts[0], parts[1], parts[2], parts[3])) : Optional.empty();
    }

    /** Whether an answer belongs to it. */
    boolean answeredBy(String provider, String state) {
        return this.provider.equals(provider)
                && MessageDigest.isEqual(
                        this.state.getBytes(StandardCharsets.UTF_8), state.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Attempt[" + provider + "]";
    }
}
