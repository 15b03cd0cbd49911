/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void readsItsOwnSpelling() {
        for (String text : List.of(
                "inherit",
                "self",
                "servers",
                "servers!user",
                "servers!user=ada",
                "access:servers!server=ada/lab",
                "servers!server=ada/",
                "read:users!user=a=b!c",
                "read:users!user=名前")) {
            assertThat(Scope.parse(text)).hasToString(text);
        }
    }

    @Test
    void bringsNamesIntoTheirNormalForm() {
        assertThat(Scope.parse(" Servers!user=ADA ")).hasToString("servers!user=ada");
        assertThat(Scope.parse("servers!server=Ada/lab")).hasToString("servers!server=ada/lab");
    }

    @Test
    void refusesWhatItDoesNotKnowAndNamesTheNearest() {
        assertThat(SigninRig.refused(() -> Scope.parse("acess:servers")))
                .hasMessageContaining("did you mean access:servers?");
        assertThat(SigninRig.refused(() -> Scope.parse("x".repeat(100_000))).text())
                .hasSizeLessThan(2000);
    }

    @Test
    void refusesFiltersThatMeanNothing() {
        for (String text : List.of(
                "servers!",
                "servers!group=x",
                "servers!user=",
                "servers!user=a b",
                "servers!user=a/b",
                "servers!server=ada",
                "servers!server=/lab",
                "servers!server=ada/LAB",
                "servers!server=ada/a/b",
                "servers!user=" + "x".repeat(300),
                "inherit!user",
                "self!user=ada",
                "users!server=ada/",
                "tokens!server=ada/",
                "admin:users!server=ada/x")) {
            assertThat(SigninRig.refused(() -> Scope.parse(text)).kind())
                    .as(text)
                    .isEqualTo(Refusal.Kind.INVALID);
        }
    }
}
