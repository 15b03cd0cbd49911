/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.signed.Revocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignInLifeTest {
    @TempDir
    Path folder;

    private SigninRig rig;

    @BeforeEach
    void open() {
        rig = new SigninRig(folder);
        rig.add("root", true);
        rig.add("ada", false);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void everySignInHasAnIdAndASecretOfItsOwn() {
        SignIn.Opened first = rig.signIn("ada");
        SignIn.Opened second = rig.signIn("ada");

        assertThat(second.login().id()).isNotEqualTo(first.login().id());
        assertThat(second.secret()).isNotEqualTo(first.secret()).hasSize(43);
        assertThat(rig.present(first)).isTrue();
        assertThat(rig.present(second)).isTrue();
    }

    @Test
    void thePublicIdIsNoSecret() {
        SignIn.Opened opened = rig.signIn("ada");

        assertThat(rig.signIn.present(opened.login().id())).isEmpty();
        assertThat(rig.signIn.present("")).isEmpty();
        assertThat(opened.toString()).doesNotContain(opened.secret());
    }

    @Test
    void theSecretIsNowhereInTheFilesOfTheDatabase() throws Exception {
        SignIn.Opened opened = rig.signIn("ada");
        String invitation = rig.invitations.invite(SigninRig.ADA, SigninRig.CALLER);
        ApiTokens.Made made = rig.token("ada");

        StringBuilder all = new StringBuilder();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                all.append(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }

        assertThat(all).contains(opened.login().id(), made.token().id());
        assertThat(all.indexOf(opened.secret())).isNegative();
        assertThat(all.indexOf(invitation)).isNegative();
        assertThat(all.indexOf(SigninRig.PASSWORD)).isNegative();
        assertThat(all.indexOf(made.text())).isNegative();
        assertThat(all.indexOf(made.text().substring(made.text().lastIndexOf('.') + 1)))
                .isNegative();
    }

    @Test
    void itEndsWhenNobodyUsesItForTooLong() {
        SignIn.Opened opened = rig.signIn("ada");

        rig.clock.pass(Duration.ofHours(11));
        assertThat(rig.present(opened)).isTrue();
        rig.clock.pass(Duration.ofHours(11));
        assertThat(rig.present(opened)).isTrue();
        rig.clock.pass(Duration.ofHours(12));
        assertThat(rig.present(opened)).isFalse();
    }

    @Test
    void itEndsHoweverBusyItIs() {
        SignIn.Opened opened = rig.signIn("ada");
        for (int hours = 0; hours < 30 * 24 - 6; hours += 6) {
            rig.clock.pass(Duration.ofHours(6));
            assertThat(rig.present(opened)).isTrue();
        }
        rig.clock.pass(Duration.ofHours(6));
        assertThat(rig.present(opened)).isFalse();
    }

    @Test
    void signingOutEndsItAtOnceAndTellsTheRouter() {
        SignIn.Opened opened = rig.signIn("ada");
        SignIn.Opened elsewhere = rig.signIn("ada");
        int told = rig.watcher.told();

        rig.signIn.out(opened.login(), SigninRig.CALLER);

        assertThat(rig.present(opened)).isFalse();
        assertThat(rig.present(elsewhere)).isTrue();
        assertThat(rig.revocation(Revocation.Kind.LOGIN, opened.login().id())).isPresent();
        assertThat(rig.watcher.told()).isEqualTo(told + 1);
    }

    @Test
    void aTicketOfBeforeSigningOutMakesNoCookieAfterIt() {
        SignIn.Opened opened = rig.signIn("ada");
        rig.signIn.out(opened.login(), SigninRig.CALLER);
        rig.clock.pass(Duration.ofSeconds(20));

        assertThat(rig.cookieRefused(opened.login())).isTrue();
        rig.clock.pass(Duration.ofDays(31));
        assertThat(rig.cookieRefused(opened.login())).isTrue();
    }

    @Test
    void anOldWeakHashIsReplacedAtSignInEvenWhenPasswordsMustBeLongerNow() {
        String before = rig.accounts.get(SigninRig.ADA).passwordHash();
        rig.signIn("ada");
        assertThat(rig.accounts.get(SigninRig.ADA).passwordHash()).isEqualTo(before);
        rig.close();

        try (SigninRig stricter = new SigninRig(folder, 60)) {
            assertThat(stricter.present(stricter.signIn("ada"))).isTrue();
        }
    }
}
