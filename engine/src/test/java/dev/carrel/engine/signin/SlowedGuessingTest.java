/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlowedGuessingTest {
    @TempDir
    Path folder;

    private SigninRig rig;

    @BeforeEach
    void open() {
        rig = new SigninRig(folder);
        rig.add("ada", true);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private Refusal.Kind guess(String name, String address) {
        return SigninRig.refused(() -> rig.byPassword.signIn(name, "wrong password", "", new Caller("", address, "r")))
                .kind();
    }

    private Duration waitOf(String name, String address) {
        Refusal refusal = SigninRig.refused(
                () -> rig.byPassword.signIn(name, SigninRig.PASSWORD, "", new Caller("", address, "r")));
        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.TOO_MANY);
        return refusal.retryAfter();
    }

    /** Fails so often without a hash being computed each time. */
    private void fail(int times, String account, String address) {
        for (int i = 0; i < times; i++) {
            assertThat(rig.attempts.charge(account, address)).isEmpty();
        }
    }

    @Test
    void theFifthFailureOfAnAccountMakesEvenTheRightPasswordWait() {
        for (int i = 0; i < 5; i++) {
            assertThat(guess("ada", "192.0.2." + i)).isEqualTo(Refusal.Kind.WRONG_CREDENTIALS);
        }

        assertThat(waitOf("ada", "192.0.2.99")).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void anUnknownAccountWaitsJustAsAKnownOne() {
        for (int i = 0; i < 5; i++) {
            guess("nobody", "192.0.2." + i);
        }

        assertThat(waitOf("nobody", "192.0.2.99")).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void everyFurtherFailureDoublesTheWaitUpToTheLongest() {
        fail(5, "ada", "192.0.2.1");
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Duration wait = waitOf("ada", "198.51.100." + i);
            waits.add(wait.toSeconds());
            rig.clock.pass(wait);
            fail(1, "ada", "198.51.100." + i);
        }

        assertThat(waits).containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 320L, 640L, 900L, 900L);
    }

    @Test
    void aWaitIsNotMadeLongerByThoseWhoDoNotWait() {
        fail(5, "ada", "192.0.2.1");
        for (int i = 0; i < 20; i++) {
            waitOf("ada", "192.0.2.1");
        }
        rig.clock.pass(Duration.ofSeconds(5));

        assertThat(rig.signIn("ada").login().user()).isEqualTo(SigninRig.ADA);
    }

    @Test
    void successForgetsTheFailuresOfTheAccount() {
        fail(4, "ada", "192.0.2.1");
        rig.signIn("ada");

        fail(4, "ada", "192.0.2.1");
        assertThat(rig.signIn("ada").login().user()).isEqualTo(SigninRig.ADA);
    }

    @Test
    void oneAddressThatTriesManyAccountsWaitsAndSoDoesItsWholeNetworkOfIpv6() {
        for (int i = 0; i < 30; i++) {
            fail(1, "somebody" + i, "2001:db8:1:2::" + i);
        }

        assertThat(waitOf("ada", "2001:db8:1:2:ffff::1")).isEqualTo(Duration.ofSeconds(5));
        assertThat(rig.byPassword.signIn("ada", SigninRig.PASSWORD, "", new Caller("", "2001:db8:1:3::1", "r")))
                .isNotNull();
    }

    @Test
    void oneWhoSignsInOftenDoesNotMakeTheirAddressWait() {
        for (int i = 0; i < 100; i++) {
            fail(1, "ada", "192.0.2.1");
            rig.attempts.right("ada", "192.0.2.1");
        }

        assertThat(rig.attempts.charge("bob", "192.0.2.1")).isEmpty();
    }

    @Test
    void ownSuccessesBuyNoFurtherGuesses() {
        fail(29, "x", "192.0.2.1", true);
        fail(1, "mallory", "192.0.2.1");
        assertThat(rig.attempts.charge("ada", "192.0.2.1")).isPresent();
    }

    private void fail(int times, String account, String address, boolean otherAccounts) {
        for (int i = 0; i < times; i++) {
            fail(1, otherAccounts ? account + i : account, address);
        }
    }

    @Test
    void manyGuessesAtOnceGetNoFurtherThanOneAfterTheOther() throws Exception {
        List<Callable<Refusal.Kind>> guesses = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String address = "192.0.2." + i;
            guesses.add(() -> guess("ada", address));
        }
        int looked = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var guess : threads.invokeAll(guesses)) {
                looked += guess.get() == Refusal.Kind.TOO_MANY ? 0 : 1;
            }
        }

        assertThat(looked).isEqualTo(5);
    }

    @Test
    void whoeverHoldsASignInCannotGuessThePasswordBehindItEither() {
        for (int i = 0; i < 5; i++) {
            assertThat(rig.accounts.passwordIs(SigninRig.ADA, "wrong password")).isFalse();
        }

        assertThat(SigninRig.refused(() -> rig.accounts.passwordIs(SigninRig.ADA, SigninRig.PASSWORD))
                        .kind())
                .isEqualTo(Refusal.Kind.TOO_MANY);
        rig.clock.pass(Duration.ofSeconds(5));
        assertThat(rig.accounts.passwordIs(SigninRig.ADA, SigninRig.PASSWORD)).isTrue();
    }
}
