/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.Claims;
import dev.carrel.protocol.signed.Revocation;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever takes a right away ends all of before, here and at the router, and nothing else. */
class EndingEverythingTest {
    @TempDir
    Path folder;

    private SigninRig rig;

    @BeforeEach
    void open() {
        rig = new SigninRig(folder);
        rig.add("root", true);
        rig.add("ada", true);
        rig.add("bob", false);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void ends(Consumer<UserName> change) {
        SignIn.Opened opened = rig.signIn("ada");
        SignIn.Opened bobs = rig.signIn("bob");
        ApiTokens.Made made = rig.token("ada");
        Claims claims = rig.claims(made);
        int told = rig.watcher.told();

        change.accept(SigninRig.ADA);

        assertThat(rig.present(opened)).isFalse();
        assertThat(rig.tokens.verify(made.text())).isEmpty();
        assertThat(rig.tokens.list(SigninRig.ADA)).isEmpty();
        assertThat(rig.revoked(claims)).isTrue();
        assertThat(rig.cookieRefused(opened.login())).isTrue();
        assertThat(rig.watcher.told()).isEqualTo(told + 1);
        assertThat(rig.present(bobs)).isTrue();
        assertThat(rig.cookieRefused(bobs.login())).isFalse();
    }

    @Test
    void anotherPassword() {
        ends(name -> rig.accounts.password(name, "another password", Optional.empty(), SigninRig.CALLER));
        assertThat(SigninRig.refused(() -> rig.signIn("ada")).kind()).isEqualTo(Refusal.Kind.WRONG_CREDENTIALS);
    }

    @Test
    void disabling() {
        ends(name -> rig.accounts.disable(name, true, SigninRig.CALLER));
        assertThat(SigninRig.refused(() -> rig.signIn("ada")).kind()).isEqualTo(Refusal.Kind.WRONG_CREDENTIALS);
    }

    @Test
    void anotherRole() {
        ends(name -> rig.accounts.admin(name, false, SigninRig.CALLER));
    }

    @Test
    void deleting() {
        ends(name -> rig.accounts.delete(name, SigninRig.CALLER));
        assertThat(SigninRig.refused(() -> rig.signIn("ada")).kind()).isEqualTo(Refusal.Kind.WRONG_CREDENTIALS);
    }

    @Test
    void acceptingAnInvitation() {
        ends(name -> rig.invitations.accept(
                rig.invitations.invite(name, SigninRig.CALLER), Optional.of("another password"), "", SigninRig.CALLER));
    }

    @Test
    void aPersonWhoChangesTheirOwnPasswordStaysSignedInWhereTheyAre() {
        SignIn.Opened here = rig.signIn("ada");
        SignIn.Opened elsewhere = rig.signIn("ada");

        rig.accounts.password(
                SigninRig.ADA, "another password", Optional.of(here.login().id()), SigninRig.CALLER);

        assertThat(rig.present(here)).isTrue();
        assertThat(rig.present(elsewhere)).isFalse();
        assertThat(rig.cookieRefused(elsewhere.login())).isTrue();
        assertThat(rig.revocation(Revocation.Kind.LOGIN, here.login().id())).isEmpty();
        rig.clock.pass(java.time.Duration.ofMillis(1));
        assertThat(rig.cookieRefused(here.login())).isFalse();
    }

    @Test
    void theLastAdministratorCannotBeTakenAway() {
        rig.accounts.admin(SigninRig.ADA, false, SigninRig.CALLER);
        SignIn.Opened opened = rig.signIn("root");

        assertThat(SigninRig.refused(() -> rig.accounts.disable(SigninRig.ROOT, true, SigninRig.CALLER))
                        .kind())
                .isEqualTo(Refusal.Kind.CONFLICT);
        assertThat(SigninRig.refused(() -> rig.accounts.delete(SigninRig.ROOT, SigninRig.CALLER))
                        .kind())
                .isEqualTo(Refusal.Kind.CONFLICT);

        assertThat(rig.present(opened)).isTrue();
    }

    @Test
    void aSignInWithAPasswordThatWasChangedMeanwhileDoesNotSurviveTheChange() {
        String old = rig.accounts.get(SigninRig.ADA).passwordHash();
        // The old password was found right; before the sign-in is written down another one is set.
        rig.accounts.password(SigninRig.ADA, "another password", Optional.empty(), SigninRig.CALLER);

        Refusal refusal =
                SigninRig.refused(() -> rig.signIn.open(SigninRig.ADA, old, Optional.empty(), "", SigninRig.CALLER));

        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.WRONG_CREDENTIALS);
        assertThat(rig.stores.logins().list(SigninRig.ADA)).isEmpty();
    }

    @Test
    void ofPeopleOnlyTheEnabledAreSeenBehindWhatTheyHold() {
        assertThat(rig.accounts.administratorExists()).isTrue();
        assertThat(SigninRig.refused(() -> rig.accounts.add(SigninRig.ADA, Optional.empty(), false, SigninRig.CALLER))
                        .kind())
                .isEqualTo(Refusal.Kind.CONFLICT);
        assertThat(SigninRig.refused(() -> rig.accounts.disable(new UserName("nobody"), true, SigninRig.CALLER))
                        .kind())
                .isEqualTo(Refusal.Kind.UNKNOWN);
    }
}
