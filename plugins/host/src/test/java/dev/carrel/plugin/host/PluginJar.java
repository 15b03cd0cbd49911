/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles sources against the plugin interface and makes the jar that a plugin author would. */
final class PluginJar {
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, String> files = new LinkedHashMap<>();
    private final Map<String, String> descriptor = new LinkedHashMap<>();

    private PluginJar() {}

    /** A plugin with an id, whose class {@code sample.Sample} has this body. */
    static PluginJar plugin(String id, String body) {
        PluginJar jar = new PluginJar();
        jar.descriptor.put("id", id);
        jar.descriptor.put("version", "1.0");
        jar.descriptor.put("api", "1");
        jar.files.put("META-INF/services/dev.carrel.plugin.Plugin", "sample.Sample\n");
        return jar.source("sample.Sample", """
                package sample;
                import dev.carrel.plugin.*;
                import java.util.*;
                public class Sample implements Plugin {
                %s
                }
                """.formatted(body));
    }

    /** A plugin that answers every request with a text. */
    static PluginJar answering(String id, String text) {
        return plugin(id, """
                public List<Extension> start(PluginContext context) {
                    return List.of((RequestHandler) request -> PluginResponse.text(200, "%s"));
                }
                """.formatted(text));
    }

    PluginJar source(String name, String text) {
        sources.put(name, text);
        return this;
    }

    PluginJar file(String name, String text) {
        files.put(name, text);
        return this;
    }

    PluginJar without(String name) {
        files.remove(name);
        return this;
    }

    PluginJar says(String key, String value) {
        descriptor.put(key, value);
        return this;
    }

    /** Writes it under a hidden name and moves it into place, as a careful operator does. */
    Path into(Path folder, String name) {
        try {
            Files.createDirectories(folder);
            Path hidden = folder.resolve("." + name);
            Files.write(hidden, bytes());
            return Files.move(
                    hidden, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The jar. */
    byte[] bytes() throws IOException {
        Path classes = Files.createTempDirectory("plugin-classes");
        compile(classes);
        StringBuilder properties = new StringBuilder();
        descriptor.forEach((key, value) ->
                properties.append(key).append(" = ").append(value).append('\n'));
        Map<String, byte[]> content = new LinkedHashMap<>();
        content.put(Descriptor.PATH, properties.toString().getBytes(StandardCharsets.UTF_8));
        files.forEach((name, text) -> content.put(name, text.getBytes(StandardCharsets.UTF_8)));
        try (Stream<Path> all = Files.walk(classes)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                content.put(classes.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return zip(content);
    }

    private static byte[] zip(Map<String, byte[]> content) throws IOException {
        var bytes = new java.io.ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream((OutputStream) bytes)) {
            for (Map.Entry<String, byte[]> entry : content.entrySet()) {
                jar.putNextEntry(new JarEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private void compile(Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((name, text) -> units.add(new Text(name, text)));
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(said, null, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of("-d", classes.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
            boolean good =
                    compiler.getTask(null, manager, said, options, null, units).call();
            if (!good) {
                throw new AssertionError(said.getDiagnostics().stream()
                        .map(Diagnostic::toString)
                        .toList()
                        .toString());
            }
        }
    }

    private static final class Text extends SimpleJavaFileObject {
        private final String text;

        Text(String name, String text) {
            super(URI.create("string:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
