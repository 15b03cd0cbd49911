/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.host.Verification;
import dev.carrel.plugin.testkit.FakeDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar keeps what every plugin must keep, as {@code carrel plugin verify} tries it. */
@Timeout(120)
class GateJarTest {
    @TempDir
    private Path root;

    /** Copies what a class was loaded beside: a folder of a build, or a jar. */
    private static void add(JarOutputStream jar, Class<?> beside, Predicate<String> wanted)
            throws IOException, URISyntaxException {
        Path source = Path.of(
                beside.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(source)) {
            copy(jar, source, wanted);
            return;
        }
        try (FileSystem inside = FileSystems.newFileSystem(source)) {
            copy(jar, inside.getPath("/"), wanted);
        }
    }

    private static void copy(JarOutputStream jar, Path folder, Predicate<String> wanted) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(path).toString();
                if (wanted.test(name)) {
                    jar.putNextEntry(new JarEntry(name));
                    Files.copy(path, jar);
                    jar.closeEntry();
                }
            }
        }
    }

    private static void text(JarOutputStream jar, String name, String text) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(text.getBytes(StandardCharsets.UTF_8));
        jar.closeEntry();
    }

    private Path memory() throws IOException, URISyntaxException {
        Path folder = Files.createDirectories(root.resolve("shipped"));
        try (OutputStream out = Files.newOutputStream(folder.resolve("memory.jar"));
                JarOutputStream jar = new JarOutputStream(out)) {
            text(jar, "META-INF/carrel/plugin.properties", "id = memory\nversion = 1\napi = 1\nprovides = database\n");
            text(jar, "META-INF/services/dev.carrel.plugin.Plugin", MemoryPlugin.class.getName() + "\n");
            add(jar, FakeDatabase.class, name -> name.startsWith("dev/carrel/plugin/testkit/Fake"));
            add(jar, MemoryPlugin.class, name -> name.endsWith("/MemoryPlugin.class"));
        }
        return folder;
    }

    private Path gate() throws IOException, URISyntaxException {
        Path file = root.resolve("activation-gate.jar");
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out)) {
            add(
                    jar,
                    GatePlugin.class,
                    name -> name.endsWith(".class")
                            || name.startsWith("META-INF/services")
                            || name.startsWith("META-INF/carrel"));
        }
        return file;
    }

    private List<Verification.Check> verify(String settings) throws Exception {
        Path etc = Files.createDirectories(root.resolve("etc"));
        Files.writeString(etc.resolve("activation-gate.properties"), settings);
        return Verification.of(gate(), etc, memory(), Files.createDirectories(root.resolve("work")));
    }

    @Test
    void theJarKeepsWhatEveryPluginMustKeep() throws Exception {
        List<Verification.Check> checks = verify("mode = hold\nevery = 5m\n");

        assertThat(checks)
                .allSatisfy(check -> assertThat(check.kept())
                        .as("%s: %s", check.rule(), check.detail())
                        .isTrue());
        assertThat(checks)
                .extracting(Verification.Check::rule)
                .contains(
                        "answers as SignInCheck",
                        "answers as Authenticator",
                        "answers as ClusterTask",
                        "answers as UiSection",
                        "answers as RequestHandler",
                        "starts again",
                        "leaves no thread behind",
                        "can be unloaded");
    }

    @Test
    void everyWrongSettingIsNamed() throws Exception {
        assertThat(verify("mode = ajar\nhourly-rate = 0\nhourli-rate = 3\n").getLast())
                .satisfies(check -> assertThat(check.kept()).isFalse())
                .satisfies(check -> assertThat(check.detail()).contains("mode", "ajar", "hourly-rate", "hourli-rate"));
    }
}
