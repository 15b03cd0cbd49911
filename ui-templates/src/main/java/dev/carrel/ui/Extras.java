/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.List;

/**
 * What plugins add to a page.
 *
 * @param features what {@code carrel.hasFeature} is true for in the browser, and {@code feature("…")} in a template
 * @param sections in the order in which they are shown
 * @param scripts paths of this site, run after the page has been read
 */
public record Extras(List<String> features, List<PluginSection> sections, List<String> scripts) {
    /** Without plugins. */
    public static final Extras NONE = new Extras(List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Extras {
        features = List.copyOf(features);
        sections = List.copyOf(sections);
        scripts = List.copyOf(scripts);
    }
}
