/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import java.util.Optional;
import java.util.Set;

/**
 * What a plugin has found out about somebody.
 *
 * @param method the plugin's id
 * @param subject never given to anybody else by this plugin
 * @param name of the account to be made, as the plugin proposes it; not yet in its normal form
 * @param email empty when it is not known
 * @param emailVerified whether the plugin vouches for it
 * @param displayName may be empty
 * @param groups may be empty
 * @param administrator of the account to be made
 */
public record Proof(
        String method,
        String subject,
        String name,
        Optional<String> email,
        boolean emailVerified,
        String displayName,
        Set<String> groups,
        boolean administrator) {
    /** Copies the groups. */
    public Proof {
        groups = Set.copyOf(groups);
    }
}
