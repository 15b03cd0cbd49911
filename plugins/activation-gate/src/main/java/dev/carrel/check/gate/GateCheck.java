/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.SignInAttempt;
import dev.carrel.plugin.SignInCheck;
import dev.carrel.plugin.SignInDecision;

/** Leads new people to their place in the queue. Everybody else passes without a look at the database. */
final class GateCheck implements SignInCheck {
    private final Gate gate;

    GateCheck(Gate gate) {
        this.gate = gate;
    }

    @Override
    public SignInDecision check(SignInAttempt attempt) {
        // An account that is there although nobody has signed in with it yet was made by an administrator.
        if (attempt.exists() || !attempt.newcomer() || attempt.administrator()) {
            return SignInDecision.ALLOW;
        }
        return switch (gate.judge(
                attempt.user(), attempt.email().filter(_ -> attempt.emailVerified()), attempt.method())) {
            case IN -> SignInDecision.ALLOW;
            case WAITING -> new SignInDecision.GoOn(QueuePage.PATH, QueuePage.state(attempt.user()));
            case HELD -> new SignInDecision.Refuse("Your registration is on hold. Ask the administrator of this site.");
            case FULL ->
                new SignInDecision.Refuse(
                        "New people are not let in just now, and too many are waiting already. Please come again later.");
        };
    }
}
