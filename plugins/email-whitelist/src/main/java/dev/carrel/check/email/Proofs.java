/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import java.util.Optional;

/** Which address somebody has proven to be theirs. */
interface Proofs {
    /** Nobody proves anything. */
    Proofs NOBODY = new Proofs() {
        @Override
        public Optional<String> of(Person person) {
            return Optional.empty();
        }

        @Override
        public boolean possible() {
            return false;
        }
    };

    /** The address that somebody has proven to be theirs. */
    Optional<String> of(Person person);

    /** Whether it can be proven just now. */
    boolean possible();
}
