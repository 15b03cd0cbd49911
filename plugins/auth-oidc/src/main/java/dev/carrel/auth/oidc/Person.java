/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import java.util.Optional;
import java.util.Set;

/**
 * Somebody, as a provider describes them.
 *
 * @param subject never changes, unique among all providers
 * @param username what the provider calls them; may be empty
 * @param email empty when it does not tell
 * @param verified whether it says that the address was verified
 * @param displayName may be empty
 */
record Person(
        String subject,
        String username,
        Optional<String> email,
        boolean verified,
        String displayName,
        Set<String> groups) {}
