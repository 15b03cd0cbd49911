/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.util.Optional;

/**
 * Says whether a name and a password belong together: the form of the sign-in page, which is shown while at least one such plugin runs. Carrel's own
 * accounts are one ({@code auth-local}), a directory such as LDAP would be another. At most one for each plugin; called for many people at once.
 *
 * <p>All of them are asked about every attempt, in the order of their plugins' ids, until one knows the two. Carrel slows down who guesses, and keeps
 * the audit log; what a plugin must see to is that an answer takes as long for a name that it does not know as for one that it does.
 */
public non-sealed interface PasswordAuthenticator extends Extension {
    /**
     * Judges an attempt; at most 10 s.
     *
     * @throws Exception logged; nobody is signed in by it, and who tries is told to come again
     */
    Answer check(Attempt attempt) throws Exception;

    /**
     * How the passwords of Carrel's own accounts are kept, when this plugin does that: then one-time links let people choose one, and their account
     * page lets them change it. Of several plugins that do, the first by its id does it. Empty when passwords are looked after elsewhere. Always the
     * same answer.
     */
    default Optional<Keeping> keeping() {
        return Optional.empty();
    }

    /** Turns new passwords into what is kept of them. */
    interface Keeping {
        /** The fewest characters (Unicode code points) of a password, for people to read before they choose. */
        int minLength();

        /**
         * What is to be kept of a new password: no password can be found out from it, and {@link Attempt#kept} gives it back. At most 10 s.
         *
         * @throws Exception logged; the old one stays
         */
        Answer keep(String password) throws Exception;
    }

    /**
     * What somebody has typed.
     *
     * @param name as it was typed; may be anything
     * @param password as it was typed; may be anything
     * @param kept what {@link Keeping#keep} of this very plugin has given for the account of that name; empty for a name that has no account, or none
     *     with a password
     * @param remote address of the client
     */
    record Attempt(String name, String password, Optional<String> kept, String remote) {
        @Override
        public String toString() {
            return "Attempt[" + name + ", " + remote + "]";
        }
    }

    /** What is said of an attempt, or of a new password. */
    sealed interface Answer {
        /** They do not belong together. */
        record Wrong() implements Answer {}

        /**
         * They do, and it is the account of that name, of which {@link Attempt#kept} was given; without that it counts as wrong.
         *
         * @param better to be kept from now on in place of what was; empty for no change
         */
        record Right(Optional<String> better) implements Answer {}

        /** They do, and it is somebody whom this plugin knows, whose account is found as that of any {@link Authenticator}'s. */
        record Identified(Identity identity) implements Answer {}

        /**
         * To be kept of the new password.
         *
         * @param text 1 to 1000 visible characters
         */
        record Kept(String text) implements Answer {
            /** Refuses what cannot be kept. */
            public Kept {
                if (!text.matches("[\\x21-\\x7e]{1,1000}")) {
                    throw new IllegalArgumentException(
                            "text: " + text.length() + " characters (expected: 1 to 1000, visible ones of ASCII)");
                }
            }

            @Override
            public String toString() {
                return "Kept[]";
            }
        }

        /**
         * The new password is no good.
         *
         * @param message why, and what would be; plain text, shown to the person
         */
        record Unfit(String message) implements Answer {}

        /** Too many are at it just now: the person is asked to try again, and it does not count as a failure. */
        record Busy() implements Answer {}
    }
}
