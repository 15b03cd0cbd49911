/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Database;
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
 * @param tables the database that plugins, and whoever asks the host, are lent
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
        Tables tables,
        Clock clock) {
    /** Copies the collections. */
    public HostSettings {
        folders = java.util.List.copyOf(folders);
        features = Set.copyOf(features);
        allowed = allowed.map(Map::copyOf);
    }

    /**
     * Which database is lent.
     *
     * @param own the program's own; empty when a plugin's is lent
     * @param plugin the id of that plugin; empty for whichever provides one
     * @param alone whether no other plugin is to be started
     */
    public record Tables(Optional<Database> own, String plugin, boolean alone) {
        /** Whichever plugin provides one. */
        public static final Tables OF_ANY = new Tables(Optional.empty(), "", false);

        /** The program's own. */
        public static Tables own(Database database) {
            return new Tables(Optional.of(database), "", false);
        }

        /** That of one plugin. */
        public static Tables of(String plugin) {
            return new Tables(Optional.empty(), plugin, false);
        }

        /** That of one plugin, and no other is started. */
        public static Tables ofOnly(String plugin) {
            return new Tables(Optional.empty(), plugin, true);
        }
    }
}
