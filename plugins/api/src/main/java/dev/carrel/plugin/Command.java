/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Work that anybody may ask for by name, and that is done soon, while whoever asked goes on: other plugins by {@link PluginContext#commands()}, administrators by
 * {@code POST /hub/api/plugins/ID/commands/NAME}. At most 20 for each plugin.
 *
 * <p>Calls wait in memory of the engine on which they were made and run there, in order: one that waits or runs when that engine or the plugin stops
 * has failed. What must not be lost belongs into a table, from which a {@link NodeTask} or {@link ClusterTask} takes it.
 */
public non-sealed interface Command extends Extension {
    /** What it is and how much of it there may be. Asked once, right after the start, at most 10 s. */
    Terms terms();

    /**
     * Does the work; as many at once as {@link Terms#atOnce} says. When it takes longer than {@link Terms#limit} it is interrupted and has failed.
     *
     * @return a line or two for who asked, kept with the call: at most {@value Terms#ANSWER} characters, the rest is cut off; may be empty
     * @throws IllegalArgumentException when the data is not what it expects; its message names the value and what was expected
     * @throws Exception logged, and its message kept with the call as the reason: nothing secret
     */
    String run(Call call) throws Exception;

    /**
     * What a command is.
     *
     * @param name a-z 0-9 and dashes, at most 50; unique in its plugin
     * @param text what it does and which data it takes, for administrators; 1 to 300 characters
     * @param limit the longest that a run may take: 100 ms to 1 hour
     * @param atOnce the most that run at once: 1 to 8
     * @param waiting the most that wait: 1 to 1000; further calls are refused
     */
    record Terms(String name, String text, Duration limit, int atOnce, int waiting) {
        /** The most bytes of data, in UTF-8. */
        public static final int DATA_BYTES = 64 * 1024;
        /** The most characters of an answer or a reason. */
        public static final int ANSWER = 2000;

        private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,49}");
        private static final int TEXT = 300;
        private static final int AT_ONCE = 8;
        private static final int WAITING = 1000;

        /** Refuses what is out of bounds. */
        public Terms {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "name: \"" + name + "\" (expected: a-z 0-9 and dashes, starting with a letter, at most 50)");
            }
            if (text.isBlank() || text.length() > TEXT) {
                throw new IllegalArgumentException(
                        "text: " + text.length() + " characters (expected: 1 to " + TEXT + ", what it does)");
            }
            if (limit.compareTo(Duration.ofMillis(100)) < 0 || limit.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("limit: " + limit + " (expected: 100 ms to 1 hour)");
            }
            if (atOnce < 1 || atOnce > AT_ONCE) {
                throw new IllegalArgumentException("atOnce: " + atOnce + " (expected: 1 to " + AT_ONCE + ")");
            }
            if (waiting < 1 || waiting > WAITING) {
                throw new IllegalArgumentException("waiting: " + waiting + " (expected: 1 to " + WAITING + ")");
            }
        }

        /** One at a time, for at most five minutes; a hundred may wait. */
        public static Terms of(String name, String text) {
            return new Terms(name, text, Duration.ofMinutes(5), 1, 100);
        }
    }

    /**
     * One call.
     *
     * @param id of the call, unique
     * @param caller {@code plugin:ID} or {@code user:NAME}; a user is an administrator
     * @param data what the caller gave: any text, at most 64 KiB; never trust it further than the caller
     */
    record Call(String id, String caller, String data) {}
}
