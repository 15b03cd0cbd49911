/* Copyright the Carrel authors. */
package dev.carrel.check.redirect;

import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.testkit.FakeContext;
import dev.carrel.plugin.testkit.SignInCheckConformance;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class PromisesTest extends SignInCheckConformance {
    private static SignInAttempt attempt(boolean newcomer) {
        return new SignInAttempt(
                "password", "x", "x", Optional.empty(), false, "", Set.of(), true, newcomer, false, "192.0.2.1");
    }

    @Override
    protected SignInCheck check() {
        RedirectSettings settings =
                new RedirectSettings("https://new.example.org", RedirectSettings.Users.NEW, "Over there.", true);
        return (SignInCheck) new RedirectPlugin()
                .start(FakeContext.of("site-redirect", settings))
                .getFirst();
    }

    @Override
    protected List<SignInAttempt> allowed() {
        return List.of(attempt(false));
    }

    @Override
    protected List<SignInAttempt> keptOut() {
        return List.of(attempt(true));
    }
}
