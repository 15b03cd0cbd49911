/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One's own account: change the password.
 *
 * @param minPassword characters a password must have
 * @param sections of plugins
 */
public record AccountPage(
        Frame frame,
        int minPassword,
        List<PluginSection> sections,
        @Nullable Notice notice) implements View {
    /** Copies the list. */
    public AccountPage {
        sections = List.copyOf(sections);
    }
}
