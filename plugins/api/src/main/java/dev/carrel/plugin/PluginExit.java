/* Copyright the Carrel authors. */
package dev.carrel.plugin;

/**
 * Thrown where a plugin calls {@code System.exit}, {@code Runtime.exit} or {@code Runtime.halt}: those would end everybody's engine. The host puts it
 * there; a plugin that cannot go on throws from its {@code start} or its call instead.
 */
@SuppressWarnings("DoNotCallSuggester") // called by rewritten classes only
public final class PluginExit extends Error {
    private static final long serialVersionUID = 1;

    private PluginExit(int status) {
        super("it asked to end the whole process with status " + status + " (throw an exception instead)");
    }

    /** In place of {@code System.exit(status)}. */
    public static void asked(int status) {
        throw new PluginExit(status);
    }

    /** In place of {@code runtime.exit(status)} and {@code runtime.halt(status)}. */
    public static void asked(Runtime runtime, int status) {
        throw new PluginExit(status);
    }
}
