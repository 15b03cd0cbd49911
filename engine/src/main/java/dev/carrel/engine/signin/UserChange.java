/* Copyright the Carrel authors. */
package dev.carrel.engine.signin;

import java.util.Optional;

/**
 * What is to be changed of an account; what is empty stays.
 *
 * @param admin role
 * @param disabled whether kept out
 * @param passwordHash encoded
 */
public record UserChange(Optional<Boolean> admin, Optional<Boolean> disabled, Optional<String> passwordHash) {
    static UserChange admin(boolean value) {
        return new UserChange(Optional.of(value), Optional.empty(), Optional.empty());
    }

    static UserChange disabled(boolean value) {
        return new UserChange(Optional.empty(), Optional.of(value), Optional.empty());
    }

    static UserChange passwordHash(String value) {
        return new UserChange(Optional.empty(), Optional.empty(), Optional.of(value));
    }

    @Override
    public String toString() {
        return "UserChange[admin=" + admin + ", disabled=" + disabled + ", password="
                + (passwordHash.isPresent() ? "new" : "same") + "]";
    }
}
