/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import dev.carrel.engine.store.StoreException;
import dev.carrel.protocol.signed.SealedValues;
import dev.carrel.protocol.signed.SigningKeys;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Seals and opens the secrets of functions. Each opens under its own name of its own function alone. Thread-safe. */
final class FunctionSecrets {
    private final SealedValues sealed;

    @Inject
    FunctionSecrets(SigningKeys keys) {
        sealed = new SealedValues(keys, "function-secrets");
    }

    String seal(FunctionId function, String name, String value) {
        return sealed.seal(value, place(function, name));
    }

    /** Whether a secret has this value already; not when it does not open. */
    boolean same(FunctionHead function, String name, String value) {
        String there = function.secrets().get(name);
        return there != null
                && sealed.open(there, place(function.id(), name))
                        .filter(value::equals)
                        .isPresent();
    }

    /** All of them. */
    Map<String, String> open(FunctionHead function) {
        Map<String, String> open = new HashMap<>();
        function.secrets()
                .forEach((name, text) -> open.put(
                        name,
                        sealed.open(text, place(function.id(), name))
                                .orElseThrow(() -> new StoreException("secret " + name + " of function " + function.id()
                                        + " cannot be opened: the signing key it was sealed with is gone, or its row was"
                                        + " changed (set the secret again)"))));
        return open;
    }

    private static List<String> place(FunctionId function, String name) {
        return List.of(function.owner().value(), function.name().value(), name);
    }
}
