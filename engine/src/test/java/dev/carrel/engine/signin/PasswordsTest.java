/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static final String PASSWORD = "correct horse battery";
    private final Passwords passwords = passwords(10);

    private static Passwords passwords(int minLength) {
        return passwords(minLength, 19);
    }

    private static Passwords passwords(int minLength, int hashMemory) {
        return new Passwords(new SigninSettings(
                Duration.ofHours(12),
                Duration.ofDays(30),
                minLength,
                5,
                30,
                Duration.ofSeconds(5),
                Duration.ofMinutes(15),
                Duration.ofDays(1),
                2,
                hashMemory,
                true,
                ""));
    }

    private static String weak(String password) {
        byte[] salt = new byte[16];
        byte[] hash = new byte[32];
        var generator = new org.bouncycastle.crypto.generators.Argon2BytesGenerator();
        generator.init(new org.bouncycastle.crypto.params.Argon2Parameters.Builder(
                        org.bouncycastle.crypto.params.Argon2Parameters.ARGON2_id)
                .withVersion(org.bouncycastle.crypto.params.Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(salt)
                .withMemoryAsKB(64)
                .withIterations(1)
                .withParallelism(1)
                .build());
        generator.generateBytes(password.getBytes(java.nio.charset.StandardCharsets.UTF_8), hash);
        var base64 = java.util.Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=64,t=1,p=1$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }

    @Test
    void aPasswordMatchesItsHashAndNoOther() {
        String hash = passwords.hash(PASSWORD);

        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").doesNotContain(PASSWORD);
        assertThat(passwords.matches(PASSWORD, hash)).isTrue();
        assertThat(passwords.matches(PASSWORD + " ", hash)).isFalse();
        assertThat(passwords.matches("", hash)).isFalse();
    }

    @Test
    void everyHashHasASaltOfItsOwn() {
        assertThat(passwords.hash(PASSWORD)).isNotEqualTo(passwords.hash(PASSWORD));
    }

    @Test
    void nothingMatchesWhereThereIsNoHash() {
        assertThat(passwords.matches("", null)).isFalse();
        assertThat(passwords.matches(PASSWORD, null)).isFalse();
    }

    @Test
    void tooShortAndTooLongOnesAreRefusedWithNumbers() {
        assertThat(SigninRig.refused(() -> passwords.hash("nine char")))
                .hasMessageContaining("9 characters")
                .hasMessageContaining("at least 10");
        assertThat(SigninRig.refused(() -> passwords.hash("x".repeat(1025)))).hasMessageContaining("at most 1024");
        assertThat(SigninRig.refused(() -> passwords.hash("é".repeat(513)))).hasMessageContaining("at most 1024");
        assertThat(passwords.matches("é".repeat(512), passwords.hash("é".repeat(512))))
                .isTrue();
    }

    @Test
    void lengthCountsCharactersNotUnits() {
        assertThat(SigninRig.refused(() -> passwords.hash("😀".repeat(9)))).hasMessageContaining("9 characters");
    }

    @Test
    void aTooLongOneMatchesNothingNotEvenWhatItWouldBeCutTo() {
        String hash = passwords.hash("x".repeat(1024));

        assertThat(passwords.matches("x".repeat(1025), hash)).isFalse();
        assertThat(passwords.matches("x".repeat(5_000_000), hash)).isFalse();
    }

    @Test
    void twoWaysToTypeOnePasswordAreTheSame() {
        String composed = "pass\u00e9 pass\u00e9 passe";
        String decomposed = "passe\u0301 passe\u0301 passe";

        assertThat(passwords.matches(decomposed, passwords.hash(composed))).isTrue();
    }

    @Test
    void aHashOfWeakerParametersStillMatchesAndIsStrengthened() {
        String weak = weak(PASSWORD);

        assertThat(passwords.matches(PASSWORD, weak)).isTrue();
        assertThat(passwords.matches("wrong password", weak)).isFalse();
        String better = passwords.strengthened(PASSWORD, weak).orElseThrow();
        assertThat(passwords.matches(PASSWORD, better)).isTrue();
        assertThat(passwords.strengthened(PASSWORD, better)).isEmpty();
    }

    @Test
    void aHashOfStrongerParametersIsLeftAsItIs() {
        String strong = passwords.hash(PASSWORD);

        assertThat(passwords(10, 1).strengthened(PASSWORD, strong)).isEmpty();
    }

    @Test
    void strengtheningDoesNotMindThatTodayPasswordsMustBeLonger() {
        assertThat(passwords(40).strengthened(PASSWORD, weak(PASSWORD))).isPresent();
    }
}
