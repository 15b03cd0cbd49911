/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Site;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a host works.
 *
 * @param folders where jars are dropped; the first wins when two hold the same id
 * @param settings the folder of {@code ID.properties} files
 * @param data the folder under which each plugin gets one of its own
 * @param work a private folder for copies of jars, emptied at start
 * @param features what the host itself has
 * @param allowed SHA-256 of each jar that may be loaded, by file name; empty map allows nothing, empty optional everything
 * @param site what plugins are told about the site
 * @param calls is told of every call into a plugin
 */
public record HostSettings(
        java.util.List<Path> folders,
        Path settings,
        Path data,
        Path work,
        Set<String> features,
        Optional<Map<String, String>> allowed,
        Site site,
        CallListener calls,
        Clock clock) {
    /** Copies the collections. */
    public HostSettings {
        folders = java.util.List.copyOf(folders);
        features = Set.copyOf(features);
        allowed = allowed.map(Map::copyOf);
    }
}
