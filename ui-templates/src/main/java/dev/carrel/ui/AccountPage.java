/* Copyright the Carrel authors. */
package dev.carrel.ui;

import org.jspecify.annotations.Nullable;

/**
 * One's own account: change the password.
 *
 * @param minPassword characters a password must have; 0 when accounts have none
 */
public record AccountPage(
        Frame frame, int minPassword, @Nullable Notice notice) implements View {
    /** Copies the list. */
    public AccountPage {}
}
