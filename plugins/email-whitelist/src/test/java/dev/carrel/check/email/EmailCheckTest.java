/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInDecision;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailCheckTest {
    private static final List<String> ALLOWED =
            List.of("julia.org", "@old.example", ".lab.example", "one@elsewhere.example", "bücher.example");

    private static EmailSettings settings(boolean administrators, boolean withoutEmail, boolean unverified) {
        return new EmailSettings(ALLOWED, administrators, withoutEmail, unverified, "no", true, Duration.ofHours(1), 3);
    }

    private static SignInAttempt attempt(String method, String user, Optional<String> email, boolean verified) {
        return new SignInAttempt(
                method, "s-" + user, user, email, verified, "", Set.of(), false, true, false, "192.0.2.1");
    }

    private static SignInAttempt administrator(String method, boolean newcomer) {
        return new SignInAttempt(
                method, "root", "root", Optional.empty(), false, "", Set.of(), !newcomer, newcomer, true, "192.0.2.1");
    }

    private static boolean in(SignInAttempt attempt) {
        return in(settings(true, false, false), attempt);
    }

    private static boolean in(EmailSettings settings, SignInAttempt attempt) {
        return new EmailCheck(settings, new AllowedAddresses(ALLOWED), Proofs.NOBODY).check(attempt)
                instanceof SignInDecision.Allow;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x@julia.org",
                "X@JULIA.ORG",
                "x+tag@julia.org",
                "x@old.example",
                "x@a.lab.example",
                "x@a.b.lab.example",
                "one@elsewhere.example",
                "x@bücher.example",
                "x@xn--bcher-kva.example"
            })
    void addressesOfTheListAreIn(String email) {
        assertThat(in(attempt("auth-oidc", "x", Optional.of(email), true))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x@notjulia.org",
                "x@julia.org.evil.example",
                "x@julia.orgx",
                "x@sub.julia.org",
                "x@lab.example",
                "x@notlab.example",
                "two@elsewhere.example",
                "done@elsewhere.example",
                "julia.org",
                "@julia.org",
                "x@evil.example@julia.org",
                "\"x@evil.example\"@julia.org",
                "x@evil.example,y@julia.org",
                "x@evil.example y@julia.org",
                "<x@julia.org>",
                "x@julia.org\n",
                "x@evil.example\n@julia.org",
                "x@julia.org.",
                "x@julıa.org",
                "",
                "x@"
            })
    void othersAreNot(String email) {
        boolean stripped = email.equals("x@julia.org\n");
        assertThat(in(attempt("auth-oidc", "x", Optional.of(email), true))).isEqualTo(stripped);
    }

    @Test
    void anAddressCountsOnlyWhenSomebodyVouchesForIt() {
        SignInAttempt unverified = attempt("auth-oidc", "x", Optional.of("x@julia.org"), false);

        assertThat(in(unverified)).isFalse();
        assertThat(in(settings(true, false, true), unverified)).isTrue();
    }

    @Test
    void theNameOfAnAccountWithAPasswordIsAnAddressOrNone() {
        assertThat(in(attempt("password", "x@julia.org", Optional.empty(), false)))
                .isTrue();
        assertThat(in(attempt("password", "x@notjulia.org", Optional.empty(), false)))
                .isFalse();
        assertThat(in(attempt("password", "x", Optional.empty(), false))).isFalse();
        assertThat(in(settings(true, true, false), attempt("password", "x", Optional.empty(), false)))
                .isTrue();
        assertThat(in(settings(true, true, false), attempt("password", "x@notjulia.org", Optional.empty(), false)))
                .isFalse();
    }

    @Test
    void theNameThatAPluginProposesIsNoAddress() {
        assertThat(in(attempt("auth-zero", "x@julia.org", Optional.empty(), false)))
                .isFalse();
        assertThat(in(settings(true, true, false), attempt("auth-zero", "x", Optional.empty(), false)))
                .isFalse();
    }

    @Test
    void administratorsAreNotLockedOutUnlessOneWantsTo() {
        assertThat(in(administrator("password", false))).isTrue();
        assertThat(in(administrator("invitation", true))).isTrue();
        assertThat(in(administrator("auth-oidc", false))).isTrue();
        assertThat(in(administrator("auth-oidc", true))).isFalse();
        assertThat(in(settings(false, false, false), administrator("password", false)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "org", "julia..org", "ju lia.org", "*.julia.org", "x@", ".", "-a.org"})
    void aListThatSaysNothingSensibleIsRefused(String entry) {
        assertThatThrownBy(() -> new AllowedAddresses(List.of(entry))).hasMessageContaining("\"" + entry + "\"");
    }
}
