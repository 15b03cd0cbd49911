/* Copyright the Carrel authors. */
package dev.carrel.engine.web;

import dev.carrel.engine.signin.ApiToken;
import dev.carrel.engine.signin.Login;
import dev.carrel.engine.signin.Rights;
import dev.carrel.engine.signin.User;

/** Who is asking. */
public sealed interface Principal {
    /** Nobody we know. */
    record Anonymous() implements Principal {}

    /** A person whose browser holds the cookie of a sign-in. */
    record Person(User user, Login login) implements Principal {}

    /** A program with a token in the Authorization header. */
    record Program(User user, ApiToken token, Rights rights) implements Principal {}
}
