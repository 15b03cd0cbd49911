/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** Somebody who knows who people are. Thread-safe. */
interface Provider {
    /** In addresses, and before subjects: a-z. */
    String key();

    /** On the button. */
    String label();

    /**
     * Where the browser goes to be asked.
     *
     * @param back where it comes back to
     * @throws IOException when the provider cannot be reached
     */
    URI question(Attempt attempt, URI back) throws IOException, WrongAnswer;

    /**
     * Who has come back.
     *
     * @param issuer what the answer says about who gives it (RFC 9207)
     * @throws WrongAnswer when the code or what is given for it is not good
     * @throws IOException when the provider cannot be reached
     */
    Person person(String code, Optional<String> issuer, Attempt attempt, URI back) throws IOException, WrongAnswer;
}
