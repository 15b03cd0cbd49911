/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.CodeSource;
import java.security.cert.Certificate;

/**
 * Sees the JDK, {@code dev.carrel.plugin}, SLF4J and JSpecify of the host, and for everything else only the plugin's own jars: each plugin brings
 * the libraries it wants in the versions it wants. Calls that would end the whole process end the call into the plugin instead.
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
        return place.equals("dev.carrel.plugin")
                || place.equals("dev.carrel.plugin.table")
                || name.startsWith("org.slf4j.")
                || name.startsWith("org.jspecify.");
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return shared(name) ? host.loadClass(name) : super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] code = code(name.replace('.', '/') + ".class");
        if (code == null || !ExitGuard.concerns(code)) {
            return super.findClass(name);
        }
        byte[] tamed = ExitGuard.tame(code);
        int dot = name.lastIndexOf('.');
        if (dot > 0 && getDefinedPackage(name.substring(0, dot)) == null) {
            definePackage(name.substring(0, dot), null, null, null, null, null, null, null);
        }
        return defineClass(name, tamed, 0, tamed.length, new CodeSource(null, (Certificate[]) null));
    }

    private byte @org.jspecify.annotations.Nullable [] code(String path) throws ClassNotFoundException {
        URL url = findResource(path);
        if (url == null) {
            return null;
        }
        // Opened by way of this loader, which closes the jar when it is closed.
        try (InputStream in = getResourceAsStream(path)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(path + " cannot be read: " + e.getMessage(), e);
        }
    }
}
