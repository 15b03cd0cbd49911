/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.plugin.UiSection;
import dev.carrel.plugin.host.LiveExtension;
import dev.carrel.plugin.host.PluginFailure;
import dev.carrel.ui.Extras;
import dev.carrel.ui.PluginSection;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What plugins add to pages. They are asked side by side and have a second for it; one that fails or is slow is left out and told in the log, and
 * the page comes without it.
 */
public final class PluginSections {
    private static final Logger LOG = LoggerFactory.getLogger(PluginSections.class);
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final Pattern SCRIPT =
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    private final Plugins plugins;

    @Inject
    PluginSections(Plugins plugins) {
        this.plugins = plugins;
    }

    /**
     * What is added to a page for somebody.
     *
     * @param place empty for a page without a place of its own
     */
    public Extras of(Optional<UiSection.Place> place, UiSection.Viewer viewer) {
        List<LiveExtension<UiSection>> all = plugins.extensions(UiSection.class);
        List<PluginSection> sections = new ArrayList<>();
        List<String> scripts = new ArrayList<>();
        for (Part part : all.isEmpty() ? List.<Part>of() : ask(all, place, viewer)) {
            if (!part.html().isEmpty()) {
                sections.add(PluginSection.of(part.plugin(), part.title(), part.html()));
            }
            part.scripts().forEach(script -> scripts.add("/plugins/" + part.plugin() + "/" + script));
        }
        return new Extras(List.copyOf(plugins.features()), sections, scripts);
    }

    /** What one section adds. */
    private record Part(String plugin, String title, String html, List<String> scripts) {}

    private static List<Part> ask(
            List<LiveExtension<UiSection>> all, Optional<UiSection.Place> place, UiSection.Viewer viewer) {
        List<Part> parts = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Part>>> asked = all.stream()
                    .map(section -> threads.submit(() -> part(section, place, viewer)))
                    .toList();
            for (Future<Optional<Part>> part : asked) {
                // Each call has its own limit; this one is for a failure of ours.
                part.get(LIMIT.toMillis() * 2, TimeUnit.MILLISECONDS).ifPresent(parts::add);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.warn("sections of plugins are left out", e);
        }
        return parts;
    }

    private static Optional<Part> part(
            LiveExtension<UiSection> section, Optional<UiSection.Place> place, UiSection.Viewer viewer)
            throws InterruptedException {
        try {
            return section.call("section", LIMIT, s -> {
                UiSection.Place wanted = s.place();
                if (wanted != UiSection.Place.EVERYWHERE && !place.equals(Optional.of(wanted))) {
                    return Optional.<Part>empty();
                }
                String html = s.html(viewer);
                return Optional.of(new Part(section.plugin(), html.isEmpty() ? "" : s.title(), html, scripts(s)));
            });
        } catch (PluginFailure e) {
            LOG.warn("a section is left out: {}", e.getMessage(), e.getCause());
            return Optional.empty();
        }
    }

    private static List<String> scripts(UiSection section) {
        List<String> scripts = List.copyOf(section.scripts());
        for (String script : scripts) {
            if (!SCRIPT.matcher(script).matches()) {
                throw new IllegalArgumentException(
                        "script \"" + script + "\" (expected: a path below /plugins/ID/, such as hello.js)");
            }
        }
        return scripts;
    }
}
