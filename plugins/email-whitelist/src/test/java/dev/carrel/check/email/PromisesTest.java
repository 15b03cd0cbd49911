/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.testkit.SignInCheckConformance;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class PromisesTest extends SignInCheckConformance {
    private static SignInAttempt attempt(String email, boolean verified) {
        return new SignInAttempt(
                "auth-oidc", "s", "x", Optional.of(email), verified, "", Set.of(), false, true, false, "192.0.2.1");
    }

    @Override
    protected SignInCheck check() {
        List<String> allowed = List.of("julia.org");
        return new EmailCheck(
                new EmailSettings(allowed, true, false, false, "Ask us.", true, Duration.ofHours(1), 3),
                new AllowedAddresses(allowed),
                Proofs.NOBODY);
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
