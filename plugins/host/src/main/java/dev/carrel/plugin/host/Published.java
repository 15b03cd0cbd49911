/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Extension;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What others see of a host until the next change. Any thread. It holds the classes of plugins, so nobody holds it for longer. */
final class Published {
    private final List<PluginStatus> statuses;
    private final List<RunningPlugin> running;
    private final Set<String> features;
    /** Asked at every call into a plugin; filled when a point is asked for the first time. */
    private final Map<Class<?>, List<LiveExtension<?>>> points = new ConcurrentHashMap<>();

    Published(List<PluginStatus> statuses, List<RunningPlugin> running, Set<String> features) {
        this.statuses = statuses;
        this.running = running;
        this.features = features;
    }

    List<PluginStatus> statuses() {
        return statuses;
    }

    List<RunningPlugin> running() {
        return running;
    }

    Set<String> features() {
        return features;
    }

    /** What is added at a point, in the order of the plugins' ids; unchangeable. */
    @SuppressWarnings("unchecked") // of(point) has put nothing else there
    <E extends Extension> List<LiveExtension<E>> extensions(Class<E> point) {
        return (List<LiveExtension<E>>) (List<?>) points.computeIfAbsent(point, _ -> of(point));
    }

    private <E extends Extension> List<LiveExtension<?>> of(Class<E> point) {
        List<LiveExtension<?>> found = new ArrayList<>();
        List<RunningPlugin> ordered = running.stream()
                .sorted(Comparator.comparing(plugin -> plugin.descriptor().id()))
                .toList();
        for (RunningPlugin plugin : ordered) {
            found.addAll(plugin.live(point));
        }
        return List.copyOf(found);
    }
}
