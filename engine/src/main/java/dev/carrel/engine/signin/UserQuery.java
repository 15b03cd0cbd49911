/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import dev.carrel.protocol.name.UserName;
import java.util.Optional;
import java.util.Set;

/**
 * Which accounts, in the order of creation.
 *
 * @param nameContains part of the name; empty for all
 * @param among only these; empty for all
 * @param without none of these
 * @param offset how many to pass over
 * @param limit how many at most
 */
public record UserQuery(
        String nameContains, Optional<Set<UserName>> among, Set<UserName> without, int offset, int limit) {
    /** Copies the sets. */
    public UserQuery {
        among = among.map(Set::copyOf);
        without = Set.copyOf(without);
        if (offset < 0 || limit < 1) {
            throw new IllegalArgumentException(
                    "offset, limit: " + offset + ", " + limit + " (expected: 0 or more, 1 or more)");
        }
    }

    /** A stretch of all accounts. */
    public static UserQuery all(int offset, int limit) {
        return new UserQuery("", Optional.empty(), Set.of(), offset, limit);
    }
}
