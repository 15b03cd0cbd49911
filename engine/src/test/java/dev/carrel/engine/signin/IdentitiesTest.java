/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing in people whom a plugin has identified, where the pages are not concerned. */
class IdentitiesTest {
    @TempDir
    Path folder;

    private SigninRig rig;

    private SigninRig open(boolean createAccounts) {
        rig = new SigninRig(folder, 10, createAccounts);
        return rig;
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static Proof proof(String subject, String name) {
        return new Proof("sso", subject, name, Optional.of("x@y.org"), true, "", Set.of(), false);
    }

    private SignIn.Opened signIn(Proof proof) {
        return rig.identities.signIn(proof, "browser", SigninRig.CALLER);
    }

    @Test
    void whereNoAccountsAreMadeOnlyLinkedOnesAreOpened() {
        open(false).add("ada", false);

        Refusal refusal = SigninRig.refused(() -> signIn(proof("1", "eve")));
        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refusal.text()).contains("no account for you here").contains("(sso, subject \"1\")");
        assertThat(rig.accounts.find(new dev.carrel.protocol.name.UserName("eve")))
                .isEmpty();

        rig.identities.link(SigninRig.ADA, "sso", "1", SigninRig.CALLER);
        assertThat(signIn(proof("1", "eve")).login().user()).isEqualTo(SigninRig.ADA);
    }

    @Test
    void anAccountThatWasMadeHasNoPassword() {
        open(true);
        signIn(proof("1", "zoe"));

        assertThat(SigninRig.refused(() -> rig.byPassword.signIn("zoe", "", "browser", SigninRig.CALLER))
                        .kind())
                .isEqualTo(Refusal.Kind.WRONG_CREDENTIALS);
    }

    @Test
    void everyRefusalIsOnTheRecord() {
        open(true).add("ada", false);
        SigninRig.refused(() -> signIn(proof("1", "ada")));
        rig.identities.failed("sso", "because", SigninRig.CALLER);

        assertThat(rig.stores.audit().latest(2))
                .extracting(AuditEvent::subject, AuditEvent::action, AuditEvent::result)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("sso", "login", "refused: \"because\""),
                        org.assertj.core.groups.Tuple.tuple("sso \"1\"", "login", "refused"));
    }

    @Test
    void whoComesAgainIsNoNewcomer() {
        open(true);
        List<Boolean> newcomer = new ArrayList<>();
        rig.admission = who -> newcomer.add(who.newcomer());

        signIn(proof("1", "zoe"));
        signIn(proof("1", "zoe"));

        assertThat(newcomer).containsExactly(true, false);
    }

    @Test
    void aLinkThatGoesInThisVeryMomentOpensNothing() {
        open(true);
        signIn(proof("1", "zoe"));
        rig.admission = who -> rig.identities.unlink(who.user(), "sso", "1", SigninRig.CALLER);

        assertThat(SigninRig.refused(() -> signIn(proof("1", "zoe"))).kind()).isEqualTo(Refusal.Kind.WRONG_CREDENTIALS);
        assertThat(rig.stores.logins().list(new dev.carrel.protocol.name.UserName("zoe")))
                .isEmpty();
    }

    @Test
    void anAddressHasToWaitAndAnotherHasNot() {
        open(true);
        for (int i = 0; i < 30; i++) {
            rig.identities.failed("sso", "no", SigninRig.CALLER);
        }

        Refusal refusal = SigninRig.refused(() -> rig.identities.mayTry(SigninRig.CALLER));
        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.TOO_MANY);
        assertThat(refusal.retryAfter()).isPositive();
        rig.identities.mayTry(new Caller("", "192.0.2.8", "r2"));
    }
}
