/* Copyright the Carrel authors. */
package dev.carrel.manager.container;

import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;

/** The secret that a container is told in its environment. */
public final class Token {
    private Token() {}

    /** Refuses what is too short to be a secret or would need quoting. */
    public static void check(String token) throws CommandFailure {
        if (!token.matches("[A-Za-z0-9_-]{22,128}")) {
            // Not the token itself: messages are logged.
            throw new CommandFailure(
                    FailureCode.REJECTED,
                    "token: " + token.length() + " characters (expected: 22 to 128 of A-Z a-z 0-9 _ -)");
        }
    }
}
