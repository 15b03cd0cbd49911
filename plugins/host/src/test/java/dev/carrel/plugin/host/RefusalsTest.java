/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a jar is told with class, method and mend, in exactly these words. */
@Timeout(120)
class RefusalsTest {
    private static final String NOTHING = "public List<Extension> start(PluginContext context) { return List.of(); }";
    private static final String SERVICE = "META-INF/services/dev.carrel.plugin.Plugin";

    @TempDir
    private Path root;

    private String refusal(PluginJar jar) throws Exception {
        try (HostRig rig = new HostRig(root)) {
            jar.into(rig.folder, "p.jar");
            rig.look();
            assertThat(rig.only().state()).isIn(PluginStatus.State.REFUSED, PluginStatus.State.FAILED);
            return rig.only().reason();
        }
    }

    @Test
    void noServiceEntry() throws Exception {
        assertThat(refusal(PluginJar.plugin("p", NOTHING).without(SERVICE)))
                .isEqualTo(
                        SERVICE + " is missing or empty (expected: the name of the one class that implements Plugin)");
    }

    @Test
    void twoServiceEntries() throws Exception {
        assertThat(refusal(PluginJar.plugin("p", NOTHING).file(SERVICE, "sample.Sample\n# more\nsample.Other\n")))
                .isEqualTo(
                        SERVICE
                                + " names 2 classes: sample.Sample, sample.Other (expected: the name of the one class that implements Plugin)");
    }

    @Test
    void aServiceEntryOfAClassThatIsNotThere() throws Exception {
        assertThat(refusal(PluginJar.plugin("p", NOTHING).file(SERVICE, "sample.Smaple")))
                .isEqualTo(SERVICE + " names class sample.Smaple, which is not in the jar (expected: its full name)");
    }

    @Test
    void aClassThatIsNoPlugin() throws Exception {
        assertThat(refusal(PluginJar.plugin("p", NOTHING)
                        .source("sample.Sample", "package sample; public class Sample {}")))
                .isEqualTo(
                        "class sample.Sample is no dev.carrel.plugin.Plugin (expected: class Sample implements Plugin)");
    }

    @Test
    void aClassThatIsNotPublic() throws Exception {
        assertThat(refusal(PluginJar.plugin("p", NOTHING).source("sample.Sample", """
                        package sample;
                        class Sample implements dev.carrel.plugin.Plugin {
                            public java.util.List<dev.carrel.plugin.Extension> start(dev.carrel.plugin.PluginContext c) { return java.util.List.of(); }
                        }
                        """)))
                .isEqualTo("class sample.Sample is not public (expected: a public class that can be made)");
    }

    @Test
    void aClassThatLacksAMethod() throws Exception {
        // Compiled against an interface of its own that has no start, as an older level might.
        PluginJar jar = PluginJar.plugin("p", NOTHING)
                .source("dev.carrel.plugin.Plugin", "package dev.carrel.plugin; public interface Plugin {}")
                .source("sample.Sample", "package sample; public class Sample implements dev.carrel.plugin.Plugin {}");
        assertThat(refusal(jar))
                .isEqualTo(
                        "class sample.Sample lacks start(PluginContext) of Plugin (compile it against this Carrel's plugin-api)");
    }

    @Test
    void anExtensionThatLacksAMethod() throws Exception {
        PluginJar jar = PluginJar.plugin("p", """
                public List<Extension> start(PluginContext context) { return List.of(new Task()); }
                """)
                .source("dev.carrel.plugin.NodeTask", """
                        package dev.carrel.plugin;
                        public non-sealed interface NodeTask extends Extension { String name(); java.time.Duration every(); }
                        """)
                .source(
                        "dev.carrel.plugin.Extension",
                        "package dev.carrel.plugin; public sealed interface Extension permits NodeTask {}")
                .source("sample.Task", """
                        package sample;
                        public class Task implements dev.carrel.plugin.NodeTask {
                            public String name() { return "t"; }
                            public java.time.Duration every() { return java.time.Duration.ofSeconds(1); }
                        }
                        """);
        assertThat(refusal(jar))
                .isEqualTo("class sample.Task lacks run() of NodeTask (compile it against this Carrel's plugin-api)");
    }

    @Test
    void aConstructorThatThrows() throws Exception {
        assertThat(refusal(PluginJar.plugin(
                        "p", NOTHING + " public Sample() { throw new IllegalStateException(\"no licence\"); }")))
                .isEqualTo(
                        "the constructor of sample.Sample threw IllegalStateException: no licence (work belongs into start)");
    }

    @Test
    void aConstructorWithParameters() throws Exception {
        assertThat(refusal(PluginJar.plugin("p", NOTHING + " public Sample(int x) {}")))
                .isEqualTo("class sample.Sample has no public constructor without parameters");
    }

    @Test
    void aStartThatThrows() throws Exception {
        assertThat(refusal(PluginJar.plugin(
                        "p", "public List<Extension> start(PluginContext c) { throw new Error(\"out of ideas\"); }")))
                .isEqualTo("start threw Error: out of ideas");
    }

    @Test
    void aLibraryThatIsNotThere() throws Exception {
        PluginJar jar = PluginJar.plugin("p", """
                public List<Extension> start(PluginContext c) { return List.of((RequestHandler) r -> null); }
                static final Object USED = new org.assertj.core.api.SoftAssertions();
                """);
        assertThat(refusal(jar))
                .isEqualTo(
                        "class sample.Sample cannot be made: class org.assertj.core.api.SoftAssertions is not there (put its library into the jar)");
    }

    @Test
    void nativeCodeThatIsMissing() throws Exception {
        assertThat(
                        refusal(
                                PluginJar.plugin(
                                        "p",
                                        "public List<Extension> start(PluginContext c) { System.loadLibrary(\"nowhere\"); return List.of(); }")))
                .startsWith("start threw native code is missing: no nowhere in java.library.path");
    }

    @Test
    void anotherLevelOfTheInterface() throws Exception {
        assertThat(refusal(PluginJar.plugin("p", NOTHING).says("api", "2")))
                .isEqualTo("it was made for level 2 of Carrel's plugin interface and this Carrel speaks 1"
                        + " (upgrade Carrel, or take an older version of the plugin)");
    }

    @Test
    void aDescriptorWithAnUnknownKey() throws Exception {
        assertThat(refusal(PluginJar.plugin("p", NOTHING).says("provide", "mail")))
                .isEqualTo("META-INF/carrel/plugin.properties: unknown key provide; did you mean provides?");
    }

    @Test
    void anIdThatIsNone() throws Exception {
        assertThat(refusal(PluginJar.plugin("My Plugin", NOTHING)))
                .isEqualTo("META-INF/carrel/plugin.properties: id: \"My Plugin\""
                        + " (expected: a-z 0-9 and dashes, starting with a letter, at most 50)");
    }

    @Test
    void settingsWithEveryFaultAtOnce() throws Exception {
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/p.properties"), "colur = red\nsize = 900\nlife = soon\n");
        PluginJar jar = PluginJar.plugin("p", """
                public record Look(
                    @Setting(text = "The colour.", def = "blue") String colour,
                    @Setting(text = "How big.", def = "5", min = 1, max = 100) int size,
                    @Setting(text = "How long.", def = "30s") java.time.Duration life,
                    @Setting(text = "The key.", required = true, secret = true) String key) {}
                public List<Extension> start(PluginContext c) { c.settings(Look.class); return List.of(); }
                """);
        assertThat(refusal(jar))
                .isEqualTo("start threw IllegalArgumentException: " + root.resolve("etc/p.properties")
                        + ": size: \"900\" (expected: at least 1, at most 100); life: \"soon\" (expected: a time as 30s, 5m, 1h or 2d);"
                        + " key: is missing (The key.); colur: unknown key; did you mean colour?");
    }

    @Test
    void twoPluginsOfOneId() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            PluginJar.answering("p", "first").into(rig.folder, "a.jar");
            PluginJar.answering("p", "second").into(rig.folder, "b.jar");
            rig.look();
            assertThat(rig.ask("p")).isEqualTo("first");
            assertThat(rig.status("b.jar").reason()).isEqualTo("its id p is taken by a.jar (remove one of them)");
        }
    }

    @Test
    void aJarThatIsNotOnTheAllowList() throws Exception {
        try (HostRig rig = new HostRig(root, Optional.of(Map.of("p.jar", "00")))) {
            PluginJar.answering("p", "hello").into(rig.folder, "p.jar");
            rig.look();
            assertThat(rig.only().reason())
                    .matches(
                            "its SHA-256 is [0-9a-f]{64} and the allow-list has 00 \\(add \"p.jar = [0-9a-f]{64}\" once you trust it\\)");
        }
    }
}
