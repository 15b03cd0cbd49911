/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody who has proven who they are and is about to be signed in.
 *
 * @param method {@code password}, {@code invitation}, or the id of the plugin that identifies them
 * @param subject what never changes of the person there; the account's name for others than plugins
 * @param user the account, which may not be there yet
 * @param email as that plugin told; empty for others
 * @param emailVerified whether that plugin vouches for it
 * @param displayName as that plugin told; may be empty
 * @param groups as that plugin told
 * @param exists whether the account is there
 * @param newcomer whether they have never signed in before
 * @param administrator whether the account is, or will be, an administrator's
 * @param remote address of the client
 */
public record Applicant(
        String method,
        String subject,
        UserName user,
        Optional<String> email,
        boolean emailVerified,
        String displayName,
        Set<String> groups,
        boolean exists,
        boolean newcomer,
        boolean administrator,
        String remote) {
    /** Copies the groups. */
    public Applicant {
        groups = Set.copyOf(groups);
    }

    /** Somebody whose account is all that is known of them. */
    static Applicant of(String method, User user, Caller caller) {
        return new Applicant(
                method,
                user.name().value(),
                user.name(),
                Optional.empty(),
                false,
                "",
                Set.of(),
                true,
                user.lastActivity() == null,
                user.admin(),
                caller.remote());
    }
}
