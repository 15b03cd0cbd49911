/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import java.util.Optional;
import java.util.OptionalInt;

/** Names and passwords, as plugins judge them. Thread-safe; may take some seconds. */
public interface Passwords {
    /** Nobody judges them here. */
    Passwords NONE = new Passwords() {
        @Override
        public boolean asked() {
            return false;
        }

        @Override
        public OptionalInt minLength() {
            return OptionalInt.empty();
        }

        @Override
        public Judgement judge(String typed, String password, Optional<String> hash, String remote) {
            throw notInUse();
        }

        @Override
        public String hash(String password) {
            throw notInUse();
        }
    };

    /** What was found out. */
    sealed interface Judgement {
        /** They do not belong together. */
        record Wrong() implements Judgement {}

        /**
         * They do, and it is the account of which the hash was given.
         *
         * @param better the hash to be kept from now on; empty for no change
         */
        record Right(Optional<String> better) implements Judgement {}

        /** They do, and a plugin says who it is. */
        record Known(Proof proof) implements Judgement {}
    }

    /** Whether anybody judges them: without, there is no form. */
    boolean asked();

    /** The fewest characters of a new password; empty when no account of ours can have one. */
    OptionalInt minLength();

    /**
     * Judges a name and a password.
     *
     * @param typed the name as it was typed
     * @param hash of the account of that name; empty when there is none or it has no password
     * @throws Refusal forbidden when nobody judges them; busy when that could not be done now
     */
    Judgement judge(String typed, String password, Optional<String> hash, String remote);

    /**
     * What is to be kept of a new password.
     *
     * @throws Refusal invalid when it is no good; forbidden when accounts have no passwords here; busy when that could not be done now
     */
    String hash(String password);

    /** Of somebody who tries all the same. */
    static Refusal notInUse() {
        return new Refusal(
                Refusal.Kind.FORBIDDEN,
                "Passwords are not in use here. Sign in another way, or ask your administrator for a one-time link.");
    }
}
