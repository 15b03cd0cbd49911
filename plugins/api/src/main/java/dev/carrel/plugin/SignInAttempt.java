/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.util.Optional;
import java.util.Set;

/**
 * A sign-in that is about to happen.
 *
 * @param method {@code password}, {@code invitation}, or the id of the plugin that has identified the person
 * @param subject what never changes of the person there: the plugin's word for them, or the account's name for passwords and one-time links. Two people
 *     who would both like the same name differ in it
 * @param user the account's name, or that which would be made
 * @param email what that plugin told; empty for passwords and one-time links
 * @param emailVerified whether that plugin vouches for it
 * @param displayName what that plugin told; may be empty
 * @param groups what that plugin told
 * @param exists whether the account is there: an administrator has made it, or they have been let in before
 * @param newcomer whether they have never signed in before
 * @param administrator whether the account is, or would be, an administrator's
 * @param remote address of whoever spoke to Carrel's public door
 */
public record SignInAttempt(
        String method,
        String subject,
        String user,
        Optional<String> email,
        boolean emailVerified,
        String displayName,
        Set<String> groups,
        boolean exists,
        boolean newcomer,
        boolean administrator,
        String remote) {
    /** Copies the groups. */
    public SignInAttempt {
        groups = Set.copyOf(groups);
    }
}
