/* Copyright the Carrel authors. */
package dev.carrel.ui;

import freemarker.core.HTMLOutputFormat;
import freemarker.core.TemplateHTMLOutputModel;
import freemarker.template.TemplateModelException;

/**
 * A section that a plugin adds to a page.
 *
 * @param plugin the id of the plugin
 * @param title plain text
 * @param html the one thing in a page that is markup already; made by {@link #of} alone
 */
public record PluginSection(String plugin, String title, TemplateHTMLOutputModel html) {
    /**
     * A section.
     *
     * @param html goes into the page as it is: plugins are trusted as far as this
     */
    public static PluginSection of(String plugin, String title, String html) {
        try {
            return new PluginSection(plugin, title, HTMLOutputFormat.INSTANCE.fromMarkup(html));
        } catch (TemplateModelException e) {
            throw new IllegalStateException("HTML is taken as it is", e);
        }
    }
}
