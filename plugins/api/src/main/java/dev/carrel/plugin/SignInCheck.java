/* Copyright the Carrel authors. */
package dev.carrel.plugin;

/**
 * Has a say before somebody is signed in, by whatever method: passwords and one-time links, too. It is asked when everything else is right and nothing has
 * been changed yet; an account that would be made by this sign-in is not there yet. All checks are asked, in the order of their plugins' ids, until one
 * does not allow. API tokens and people who are signed in already are not asked about.
 */
public non-sealed interface SignInCheck extends Extension {
    /**
     * Judges one sign-in; at most 5 s. Called for many people at once.
     *
     * @throws Exception logged; nobody is signed in by a check that could not be made
     */
    SignInDecision check(SignInAttempt attempt) throws Exception;
}
