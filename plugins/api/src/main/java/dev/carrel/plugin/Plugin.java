/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.util.List;

/**
 * A plugin: one public class with a public constructor without parameters, named in the jar's
 * {@code META-INF/services/dev.carrel.plugin.Plugin}, beside a {@code META-INF/carrel/plugin.properties} that describes it:
 *
 * <pre>
 * id = greeter                 a-z 0-9 - ; unique in an installation
 * name = Greeter
 * text = Says hello.
 * version = 1.0
 * api = 1                      the level of this interface it was compiled for
 * provides = greeting          features others may ask for; may be empty
 * requires = mail              features that must be there first; may be empty
 * </pre>
 *
 * <p>The host makes one instance for each time the jar is loaded, then calls {@link #start} once and {@link #stop} once, unless {@code start} threw.
 */
public interface Plugin {
    /**
     * Makes ready and says what the plugin adds. Called once, at most 10 s.
     *
     * @param context what the host lends; valid until {@link #stop} has returned
     * @return what is added; an empty list is fine
     * @throws Exception to be refused, with the exception's message as the reason; {@link #stop} is not called then
     */
    List<Extension> start(PluginContext context) throws Exception;

    /**
     * Ends every thread and closes everything the plugin has opened. Called once, at most 10 s, after the last call to its extensions has
     * returned or has been given up.
     */
    default void stop() throws Exception {}
}
