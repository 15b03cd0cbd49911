/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.plugin.UiSection;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import dev.carrel.ui.PluginSection;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sections that plugins add to pages. One that fails or is slow is left out and told in the log; the page comes without it. */
public final class PluginSections {
    private static final Logger LOG = LoggerFactory.getLogger(PluginSections.class);
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final Plugins plugins;

    @Inject
    PluginSections(Plugins plugins) {
        this.plugins = plugins;
    }

    /** The sections of a page for somebody. */
    public List<PluginSection> of(UiSection.Place place, UiSection.Viewer viewer) {
        List<PluginSection> sections = new ArrayList<>();
        for (LiveExtension<UiSection> section : plugins.extensions(UiSection.class)) {
            try {
                sections.addAll(section.call(
                        "section",
                        LIMIT,
                        s -> s.place() == place
                                ? List.of(PluginSection.of(s.title(), s.html(viewer)))
                                : List.<PluginSection>of()));
            } catch (PluginFailure e) {
                LOG.warn("a section is left out: {}", e.getMessage(), e.getCause());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return sections;
            }
        }
        return sections;
    }
}
