/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

import dev.carrel.protocol.name.Printable;

/**
 * What a container of JuliaBox's protocol is told in its environment: it is started for one function and never becomes another one.
 *
 * @param name of the API, for its log
 * @param command Julia's expression that serves it, as {@code process([(add, false)])}
 */
public record JuliaBoxApi(String name, String command) {
    private static final int LONGEST = 32 * 1024;

    /** Refuses what cannot be a variable. */
    public JuliaBoxApi {
        if (!name.matches("[A-Za-z0-9_.-]{1,64}")) {
            throw new IllegalArgumentException(
                    "name: " + Printable.quote(name) + " (expected: 1 to 64 characters of A-Z a-z 0-9 _ . -)");
        }
        if (command.isBlank() || command.length() > LONGEST || command.indexOf(0) >= 0) {
            throw new IllegalArgumentException("command: " + command.length() + " characters (expected: 1 to " + LONGEST
                    + ", without U+0000, and not only spaces)");
        }
    }
}
