/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.util.Optional;
import java.util.Set;

/**
 * Who somebody is, as an {@link Authenticator} has found out.
 *
 * @param subject never changes and is never given to somebody else, 1 to 255 characters; the account hangs on it (and on the plugin's id), not on
 *     name or e-mail address
 * @param name of the account that is made at the first sign-in; a name that is taken is refused
 * @param email empty when it is not known
 * @param emailVerified whether somebody trustworthy has seen that the address is theirs
 * @param displayName may be empty
 * @param groups for {@link SignInCheck}s; may be empty
 * @param administrator whether the account that is made at the first sign-in is an administrator's; ignored for one that is there already
 */
public record Identity(
        String subject,
        String name,
        Optional<String> email,
        boolean emailVerified,
        String displayName,
        Set<String> groups,
        boolean administrator) {
    private static final int MAX_SUBJECT = 255;

    /** Copies the groups and refuses a subject that is none. */
    public Identity {
        groups = Set.copyOf(groups);
        if (subject.isEmpty()
                || subject.length() > MAX_SUBJECT
                || subject.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "subject: " + subject.length() + " characters (expected: 1 to 255, no control characters)");
        }
    }

    /** Somebody of whom no more is known than a name that is never given to somebody else. */
    public static Identity named(String name) {
        return new Identity(name, name, Optional.empty(), false, "", Set.of(), false);
    }
}
