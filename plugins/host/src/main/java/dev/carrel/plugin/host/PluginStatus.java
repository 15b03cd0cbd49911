/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.util.Set;

/**
 * What is known of one jar or folder of the plugin folder.
 *
 * @param source its file name
 * @param id empty when its descriptor could not be read
 * @param provides the features it adds while it runs
 * @param reason why it does not run, or why its newer file was refused; empty when all is well
 * @param mark what was judged: equal to {@link PluginFile#mark} as long as neither the file nor its settings have changed since
 */
public record PluginStatus(
        String source,
        String id,
        String name,
        String text,
        String version,
        Set<String> provides,
        State state,
        String reason,
        String mark) {
    /** Copies the set. */
    public PluginStatus {
        provides = Set.copyOf(provides);
    }

    /** Where in its life it is. */
    public enum State {
        /** It changes still, or has just been found. */
        DISCOVERED,
        /** It was let in and has not yet said that it runs. */
        STARTING,
        /** It runs. */
        RUNNING,
        /** It was judged and not let in. */
        REFUSED,
        /** It was let in and its start failed. */
        FAILED,
        /** The operator has switched it off. */
        DISABLED
    }
}
