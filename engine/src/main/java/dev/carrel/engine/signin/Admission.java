/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

/** Has the last word before somebody is signed in; nothing has been changed yet. Thread-safe; may take some seconds. */
@FunctionalInterface
public interface Admission {
    /** Everybody may. */
    Admission EVERYBODY = _ -> {};

    /**
     * Returns when they may be signed in.
     *
     * @throws Refusal forbidden when they may not, perhaps with a place to go instead; busy when that could not be found out
     */
    void admit(Applicant applicant);
}
