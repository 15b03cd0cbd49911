/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * A section that a plugin adds to a page.
 *
 * @param title plain text
 * @param html goes into the page as it is: plugins are trusted as far as this
 */
public record PluginSection(String title, String html) {
    /** No section. */
    public static final PluginSection NONE = new PluginSection("", "");
}
