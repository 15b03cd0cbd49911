/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.name.UserName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrongPasswordTest {
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

    private Refusal refused(String name, String password) {
        return SigninRig.refused(() -> rig.byPassword.signIn(name, password, "", SigninRig.CALLER));
    }

    @Test
    void nobodyLearnsWhatWasWrong() {
        rig.add("disabled", false);
        rig.accounts.disable(new UserName("disabled"), true, SigninRig.CALLER);
        rig.accounts.add(new UserName("invited"), Optional.empty(), false, SigninRig.CALLER);

        List<Refusal> refusals = List.of(
                refused("ada", "wrong password"),
                refused("unknown", SigninRig.PASSWORD),
                refused("disabled", SigninRig.PASSWORD),
                refused("invited", SigninRig.PASSWORD),
                refused("invited", ""),
                refused("no/name", SigninRig.PASSWORD),
                refused("", ""),
                refused("ada", "x".repeat(2000)));

        assertThat(refusals).extracting(Refusal::kind).containsOnly(Refusal.Kind.WRONG_CREDENTIALS);
        assertThat(refusals).extracting(Refusal::text).containsOnly("Wrong name or password.");
    }

    @Test
    void everyWrongAttemptCostsOneHashWhetherThereIsAnAccountOrNot() {
        rig.accounts.add(new UserName("invited"), Optional.empty(), false, SigninRig.CALLER);

        List.of("ada", "unknown", "invited", "no/name", "").forEach(name -> {
            long before = rig.passwords.hashes();
            refused(name, "wrong password");
            assertThat(rig.passwords.hashes() - before).as(name).isEqualTo(1);
        });
    }

    @Test
    void namesOf300CharactersAndOfAnyScriptAreAnsweredLikeAnyOther() {
        for (String name : List.of(
                "x".repeat(300),
                "ü".repeat(255),
                "名".repeat(5_000_000),
                "a\u0000b",
                "\ud800",
                "ada\r\nroot",
                "../../etc")) {
            assertThat(refused(name, "wrong password").text()).isEqualTo("Wrong name or password.");
            rig.clock.pass(Duration.ofHours(1));
        }
    }

    @Test
    void nothingThatWasTypedEntersTheRecordUnbounded() {
        refused("x".repeat(100_000), "wrong password");

        AuditEvent last = rig.stores.audit().latest(1).getFirst();
        assertThat(last.action()).isEqualTo("login");
        assertThat(last.result()).isEqualTo("refused");
        assertThat(last.subject()).hasSizeLessThan(256);
    }

    @Test
    void oneNameInAnotherSpellingIsTheSamePerson() {
        rig.accounts.add(UserName.of("Ünï@example.org"), Optional.of(SigninRig.PASSWORD), false, SigninRig.CALLER);

        SignIn.Opened opened = rig.signIn("U\u0308NI\u0308@Example.org");

        assertThat(opened.login().user().value()).isEqualTo("ünï@example.org");
    }

    @Test
    void theRecordHoldsOneEntryForEachSignIn() {
        int before = rig.stores.audit().latest(1000).size();
        refused("ada", "wrong password");
        rig.signIn("ada");

        assertThat(rig.stores.audit().latest(1000)).hasSize(before + 2);
        assertThat(rig.stores.audit().latest(2)).extracting(AuditEvent::result).containsExactly("done", "refused");
        assertThat(rig.stores.audit().verify()).isEmpty();
    }
}
