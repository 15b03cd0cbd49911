/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Somebody who has proven who they are, but not that an address is theirs.
 *
 * @param id of the way they came and what never changes of them there; not the name, which somebody else may get
 * @param name of the account, to be shown
 */
record Person(String id, String name) {
    static Person of(String method, String subject, String name) {
        // No method has a blank in its name, so no two pairs share a text.
        return new Person(Secrets.hash(method + " " + subject), name);
    }

    /** For the sealed state of a flow. */
    String state() {
        return id + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    /** Out of such a state, which nobody but us makes; empty when there is none. */
    static Optional<Person> of(String state) {
        int dot = state.indexOf('.');
        return dot < 0
                ? Optional.empty()
                : Optional.of(new Person(
                        state.substring(0, dot),
                        new String(Base64.getUrlDecoder().decode(state.substring(dot + 1)), StandardCharsets.UTF_8)));
    }
}
