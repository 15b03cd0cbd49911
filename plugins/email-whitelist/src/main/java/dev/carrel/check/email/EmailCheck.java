/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.SignInDecision;
import java.util.Optional;

/** Lets in whose address is listed. */
final class EmailCheck implements SignInCheck {
    private final EmailSettings settings;
    private final AllowedAddresses allowed;
    private final Proofs proofs;

    EmailCheck(EmailSettings settings, AllowedAddresses allowed, Proofs proofs) {
        this.settings = settings;
        this.allowed = allowed;
        this.proofs = proofs;
    }

    @Override
    public SignInDecision check(SignInAttempt attempt) {
        // That a newcomer will be an administrator has been said by a plugin, not by an administrator of this site.
        boolean administrator = attempt.administrator() && (!attempt.newcomer() || byAdministrator(attempt));
        boolean in = settings.administrators() && administrator
                || address(attempt).map(allowed::contains).orElse(false)
                || settings.withoutEmail()
                        && byAdministrator(attempt)
                        && attempt.user().indexOf('@') < 0;
        if (in) {
            return SignInDecision.ALLOW;
        }
        Person person = byAdministrator(attempt)
                ? Person.of("account", attempt.user(), attempt.user())
                : Person.of(attempt.method(), attempt.subject(), attempt.user());
        // The list may have changed since.
        if (proofs.of(person).filter(allowed::contains).isPresent()) {
            return SignInDecision.ALLOW;
        }
        return proofs.possible()
                ? new SignInDecision.GoOn(AddressPages.FORM, person.state())
                : new SignInDecision.Refuse(settings.message());
    }

    /** Accounts with a password have been made, and named, by an administrator. */
    private static boolean byAdministrator(SignInAttempt attempt) {
        return attempt.method().equals("password") || attempt.method().equals("invitation");
    }

    private Optional<String> address(SignInAttempt attempt) {
        return byAdministrator(attempt)
                ? Optional.of(attempt.user())
                : attempt.email().filter(_ -> attempt.emailVerified() || settings.unverified());
    }
}
