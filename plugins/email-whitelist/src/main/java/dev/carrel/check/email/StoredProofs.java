/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import java.util.Optional;
import java.util.function.Predicate;

/** Proofs of which a database tells, while there is one. */
final class StoredProofs implements Proofs {
    static final String DATABASE = "database";
    private static final String MAIL = "mail";

    private final Codes codes;
    private final Predicate<String> features;

    StoredProofs(Codes codes, Predicate<String> features) {
        this.codes = codes;
        this.features = features;
    }

    @Override
    public Optional<String> of(Person person) {
        return features.test(DATABASE) ? codes.proven(person) : Optional.empty();
    }

    @Override
    public boolean possible() {
        return features.test(DATABASE) && features.test(MAIL);
    }
}
