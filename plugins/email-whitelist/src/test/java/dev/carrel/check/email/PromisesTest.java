/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.testkit.SignInCheckConformance;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class PromisesTest extends SignInCheckConformance {
    private static SignInAttempt attempt(String email, boolean verified) {
        return new SignInAttempt(
                "auth-oidc", "x", Optional.of(email), verified, "", Set.of(), true, false, "192.0.2.1");
    }

    @Override
    protected SignInCheck check() {
        return new EmailCheck(new EmailSettings(List.of("julia.org"), true, false, false, "Ask us."));
    }

    @Override
    protected List<SignInAttempt> allowed() {
        return List.of(attempt("x@julia.org", true));
    }

    @Override
    protected List<SignInAttempt> keptOut() {
        return List.of(attempt("x@evil.example", true), attempt("x@julia.org", false));
    }
}
