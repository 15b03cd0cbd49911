/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import dev.carrel.plugin.Plugin;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Makes a jar of a plugin class of the tests and all that is nested in it; inside the engine it is a class of its own. */
public final class PackedPlugin {
    private PackedPlugin() {}

    /** Writes the jar, whole before it appears. */
    public static Path into(Path folder, String id, Class<? extends Plugin> type) throws IOException {
        Files.createDirectories(folder);
        Path hidden = folder.resolve("." + id + ".jar");
        try (OutputStream file = Files.newOutputStream(hidden);
                JarOutputStream jar = new JarOutputStream(file)) {
            text(
                    jar,
                    "META-INF/carrel/plugin.properties",
                    "id = " + id + "\nversion = 1.0\napi = 1\nprovides = " + id + "\n");
            text(jar, "META-INF/services/dev.carrel.plugin.Plugin", type.getName() + "\n");
            Deque<Class<?>> left = new ArrayDeque<>();
            left.add(type);
            while (!left.isEmpty()) {
                Class<?> next = left.remove();
                String path = next.getName().replace('.', '/') + ".class";
                try (InputStream code = next.getResourceAsStream("/" + path)) {
                    if (code == null) {
                        throw new IOException(path + " is not there");
                    }
                    jar.putNextEntry(new JarEntry(path));
                    code.transferTo(jar);
                    jar.closeEntry();
                }
                left.addAll(java.util.List.of(next.getDeclaredClasses()));
            }
        }
        return Files.move(hidden, folder.resolve(id + ".jar"));
    }

    private static void text(JarOutputStream jar, String path, String text) throws IOException {
        jar.putNextEntry(new JarEntry(path));
        jar.write(text.getBytes(StandardCharsets.UTF_8));
        jar.closeEntry();
    }
}
