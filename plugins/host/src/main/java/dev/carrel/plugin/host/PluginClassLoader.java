/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.net.URL;
import java.net.URLClassLoader;

/**
 * Sees the JDK, {@code dev.carrel.plugin}, SLF4J and JSpecify of the host, and for everything else only the plugin's own jars: each plugin brings
 * the libraries it wants in the versions it wants.
 */
final class PluginClassLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    private final ClassLoader host;

    PluginClassLoader(String id, URL[] jars) {
        super("plugin-" + id, jars, ClassLoader.getPlatformClassLoader());
        this.host = PluginClassLoader.class.getClassLoader();
    }

    /** Whether a class comes from the host, whatever the jars hold. */
    static boolean shared(String name) {
        int dot = name.lastIndexOf('.');
        String place = dot < 0 ? "" : name.substring(0, dot);
        return place.equals("dev.carrel.plugin") || name.startsWith("org.slf4j.") || name.startsWith("org.jspecify.");
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return shared(name) ? host.loadClass(name) : super.loadClass(name, resolve);
    }
}
