/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvitationsTest {
    private static final String CHOSEN = "a password of mine";

    @TempDir
    Path folder;

    private SigninRig rig;

    @BeforeEach
    void open() {
        rig = new SigninRig(folder);
        rig.add("root", true);
        rig.accounts.add(SigninRig.ADA, Optional.empty(), false, SigninRig.CALLER);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private String invite() {
        return rig.invitations.invite(SigninRig.ADA, SigninRig.CALLER);
    }

    private Refusal.Kind refused(String token, String password) {
        return SigninRig.refused(() -> rig.invitations.accept(token, Optional.of(password), "", SigninRig.CALLER))
                .kind();
    }

    @Test
    void letsSomebodyChooseAPasswordAndSignsThemInOnce() {
        String token = invite();
        assertThat(rig.invitations.find(token)).contains(SigninRig.ADA);

        SignIn.Opened opened = rig.invitations.accept(token, Optional.of(CHOSEN), "browser", SigninRig.CALLER);

        assertThat(rig.present(opened)).isTrue();
        assertThat(rig.accounts.passwordIs(SigninRig.ADA, CHOSEN)).isTrue();
        assertThat(rig.invitations.find(token)).isEmpty();
        assertThat(refused(token, CHOSEN)).isEqualTo(Refusal.Kind.UNKNOWN);
    }

    @Test
    void whereAccountsHaveNoPasswordsItSignsInOnceAllTheSame() {
        String token = invite();

        SignIn.Opened opened = rig.invitations.accept(token, Optional.empty(), "browser", SigninRig.CALLER);

        assertThat(rig.present(opened)).isTrue();
        assertThat(rig.accounts.get(SigninRig.ADA).passwordHash()).isNull();
        assertThat(SigninRig.refused(() -> rig.invitations.accept(token, Optional.empty(), "browser", SigninRig.CALLER))
                        .kind())
                .isEqualTo(Refusal.Kind.UNKNOWN);
    }

    @Test
    void aPasswordThatIsNoGoodDoesNotUseItUp() {
        String token = invite();

        assertThat(refused(token, "short")).isEqualTo(Refusal.Kind.INVALID);

        assertThat(rig.present(rig.invitations.accept(token, Optional.of(CHOSEN), "", SigninRig.CALLER)))
                .isTrue();
    }

    @Test
    void itEndsAfterADay() {
        String token = invite();
        rig.clock.pass(Duration.ofDays(1));

        assertThat(rig.invitations.find(token)).isEmpty();
        assertThat(refused(token, CHOSEN)).isEqualTo(Refusal.Kind.UNKNOWN);
    }

    @Test
    void aNewOneTakesThePlaceOfTheOld() {
        String old = invite();
        String current = invite();

        assertThat(rig.invitations.find(old)).isEmpty();
        assertThat(rig.invitations.find(current)).isPresent();
    }

    @Test
    void ofTwoWhoUseItAtOnceOneWins() throws Exception {
        String token = invite();
        List<Callable<Boolean>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String password = CHOSEN + i;
            both.add(() -> {
                try {
                    rig.invitations.accept(token, Optional.of(password), "", SigninRig.CALLER);
                    return true;
                } catch (Refusal _) {
                    return false;
                }
            });
        }
        List<Boolean> won = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var one : threads.invokeAll(both)) {
                won.add(one.get());
            }
        }

        assertThat(won).containsExactlyInAnyOrder(true, false);
        assertThat(rig.stores.logins().list(SigninRig.ADA)).hasSize(1);
    }

    @Test
    void nobodyDisabledIsInvitedOrLetIn() {
        String token = invite();
        rig.accounts.disable(SigninRig.ADA, true, SigninRig.CALLER);

        assertThat(rig.invitations.find(token)).isEmpty();
        assertThat(refused(token, CHOSEN)).isEqualTo(Refusal.Kind.UNKNOWN);
        assertThat(SigninRig.refused(this::invite).kind()).isEqualTo(Refusal.Kind.UNKNOWN);
    }

    @Test
    void madeUpTokensCostNoHash() {
        long before = rig.passwords.hashes();

        for (String token : List.of("", "x", "x".repeat(100_000), "ю")) {
            assertThat(refused(token, CHOSEN)).isEqualTo(Refusal.Kind.UNKNOWN);
        }

        assertThat(rig.passwords.hashes()).isEqualTo(before);
    }
}
