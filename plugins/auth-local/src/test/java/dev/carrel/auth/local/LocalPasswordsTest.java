/* Copyright the Carrel authors. */
package dev.carrel.auth.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.PasswordAuthenticator.Answer;
import dev.carrel.plugin.PasswordAuthenticator.Attempt;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.Test;

class LocalPasswordsTest {
    private static final String PASSWORD = "correct horse battery";
    private final LocalPasswords passwords = passwords(10);

    private static LocalPasswords passwords(int minLength) {
        return new LocalPasswords(new LocalSettings(minLength, 2, 19));
    }

    private static String weak(String password) {
        byte[] salt = new byte[16];
        byte[] hash = new byte[32];
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(salt)
                .withMemoryAsKB(64)
                .withIterations(1)
                .withParallelism(1)
                .build());
        generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=64,t=1,p=1$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
    }

    private static String kept(LocalPasswords passwords, String password) throws InterruptedException {
        return ((Answer.Kept) passwords.keep(password)).text();
    }

    private String unfit(String password) throws InterruptedException {
        return ((Answer.Unfit) passwords.keep(password)).message();
    }

    private static Answer check(LocalPasswords passwords, String password, String kept) throws InterruptedException {
        return passwords.check(new Attempt("ada", password, Optional.of(kept), "192.0.2.1"));
    }

    private boolean matches(String password, String kept) throws InterruptedException {
        return check(passwords, password, kept) instanceof Answer.Right;
    }

    @Test
    void aHashHasParametersThatCanBeRaised() throws InterruptedException {
        assertThat(kept(passwords, PASSWORD)).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    }

    @Test
    void tooShortAndTooLongOnesAreRefusedWithNumbers() throws InterruptedException {
        assertThat(unfit("nine char")).contains("9 characters").contains("at least 10");
        assertThat(unfit("x".repeat(1025))).contains("at most 1024");
        assertThat(unfit("é".repeat(513))).contains("at most 1024");
        assertThat(matches("é".repeat(512), kept(passwords, "é".repeat(512)))).isTrue();
    }

    @Test
    void lengthCountsCharactersNotUnits() throws InterruptedException {
        assertThat(unfit("😀".repeat(9))).contains("9 characters");
    }

    @Test
    void aTooLongOneMatchesNothingNotEvenWhatItWouldBeCutTo() throws InterruptedException {
        String kept = kept(passwords, "x".repeat(1024));
        assertThat(matches("x".repeat(1025), kept)).isFalse();
        assertThat(matches("x".repeat(5_000_000), kept)).isFalse();
    }

    @Test
    void twoWaysToTypeOnePasswordAreTheSame() throws InterruptedException {
        assertThat(matches("passe\u0301 passe\u0301 passe", kept(passwords, "pass\u00e9 pass\u00e9 passe")))
                .isTrue();
    }

    @Test
    void everyAttemptCostsAHashWhoeverItIsFor() throws InterruptedException {
        String kept = kept(passwords, PASSWORD);
        long before = passwords.hashes();
        check(passwords, "wrong password", kept);
        check(passwords, "x".repeat(2000), kept);
        passwords.check(new Attempt("nobody", PASSWORD, Optional.empty(), "192.0.2.1"));
        assertThat(passwords.hashes() - before).isEqualTo(3);
    }

    @Test
    void aHashOfWeakerParametersStillMatchesAndIsStrengthened() throws InterruptedException {
        String weak = weak(PASSWORD);
        assertThat(matches("wrong password", weak)).isFalse();
        String better =
                ((Answer.Right) check(passwords, PASSWORD, weak)).better().orElseThrow();
        assertThat(check(passwords, PASSWORD, better)).isEqualTo(new Answer.Right(Optional.empty()));
    }

    @Test
    void aHashOfStrongerParametersIsLeftAsItIs() throws InterruptedException {
        LocalPasswords weaker = new LocalPasswords(new LocalSettings(10, 2, 19), 64);
        assertThat(check(weaker, PASSWORD, kept(passwords, PASSWORD))).isEqualTo(new Answer.Right(Optional.empty()));
    }

    @Test
    void strengtheningDoesNotMindThatTodayPasswordsMustBeLonger() throws InterruptedException {
        assertThat(((Answer.Right) check(passwords(40), PASSWORD, weak(PASSWORD))).better())
                .isPresent();
    }
}
