/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.RequestHandler;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A plugin that misbehaves hurts itself alone. */
@Timeout(180)
class ContainmentTest {
    @TempDir
    private Path root;

    private static String ownJackson(String version) {
        return """
                package com.fasterxml.jackson.databind;
                public class ObjectMapper { public static String version() { return "%s"; } }
                """.formatted(version);
    }

    @Test
    void twoPluginsHaveTheSameLibraryInTwoVersions() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            for (String version : List.of("one", "two")) {
                PluginJar.plugin(version, """
                        public List<Extension> start(PluginContext c) {
                            return List.of((RequestHandler) r -> PluginResponse.text(200, com.fasterxml.jackson.databind.ObjectMapper.version()));
                        }
                        """)
                        .source("com.fasterxml.jackson.databind.ObjectMapper", ownJackson(version))
                        .into(rig.folder, version + ".jar");
            }
            rig.look();
            assertThat(rig.ask("one")).isEqualTo("one");
            assertThat(rig.ask("two")).isEqualTo("two");
        }
    }

    @Test
    void aPluginSeesNothingOfTheHost() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            PluginJar.plugin("spy", """
                    public List<Extension> start(PluginContext c) {
                        return List.of((RequestHandler) r -> {
                            try {
                                return PluginResponse.text(200, Class.forName("dev.carrel.plugin.host.PluginHost").getName());
                            } catch (ClassNotFoundException e) {
                                return PluginResponse.text(200, "nothing; " + Thread.currentThread().getContextClassLoader().getName());
                            }
                        });
                    }
                    """).into(rig.folder, "spy.jar");
            rig.look();
            assertThat(rig.ask("spy")).isEqualTo("nothing; plugin-spy");
        }
    }

    @Test
    void oneThatHangsFillsItsOwnPlacesAndNobodyElses() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            PluginJar.plugin("stuck", """
                    static final java.util.concurrent.CountDownLatch NEVER = new java.util.concurrent.CountDownLatch(1);
                    public List<Extension> start(PluginContext c) {
                        return List.of((RequestHandler) r -> {
                            while (true) { try { NEVER.await(); } catch (InterruptedException ignored) { if (System.getProperty("let-go") != null) return null; } }
                        });
                    }
                    """).into(rig.folder, "stuck.jar");
            PluginJar.answering("well", "fine").into(rig.folder, "well.jar");
            rig.look();
            LiveExtension<RequestHandler> stuck =
                    rig.host.extensions(RequestHandler.class).getFirst();
            PluginFailure.Kind kind = PluginFailure.Kind.SLOW;
            for (int i = 0; i < 500 && kind == PluginFailure.Kind.SLOW; i++) {
                kind = org.assertj.core.api.Assertions.catchThrowableOfType(
                                PluginFailure.class,
                                () -> stuck.call("handle", Duration.ofMillis(5), h -> h.handle(null)))
                        .kind();
            }
            assertThatThrownBy(() -> stuck.call("handle", Duration.ofSeconds(20), h -> h.handle(null)))
                    .isInstanceOfSatisfying(
                            PluginFailure.class, e -> assertThat(e.kind()).isEqualTo(PluginFailure.Kind.BUSY))
                    .hasMessage("plugin stuck: handle: 32 calls into it have not returned");
            assertThat(rig.ask("well")).isEqualTo("fine");
        }
    }

    @Test
    void anErrorAndAContextClassLoaderStayInside() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            PluginJar.plugin("wild", """
                    public List<Extension> start(PluginContext c) {
                        Thread.currentThread().setContextClassLoader(null);
                        return List.of((RequestHandler) r -> { Thread.currentThread().setContextClassLoader(null); throw new StackOverflowError("deep"); });
                    }
                    """).into(rig.folder, "wild.jar");
            ClassLoader before = Thread.currentThread().getContextClassLoader();
            rig.look();
            assertThatThrownBy(() -> rig.ask("wild"))
                    .isInstanceOf(PluginFailure.class)
                    .hasMessageContaining("StackOverflowError: deep");
            assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
        }
    }

    @Test
    void oneThatAsksTheProcessToEndGetsAnErrorInstead() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            PluginJar.plugin("quitter", """
                    public List<Extension> start(PluginContext c) {
                        return List.of((RequestHandler) r -> {
                            if (r.method().equals("GET")) System.exit(3); else Runtime.getRuntime().halt(4);
                            return PluginResponse.text(200, "still here");
                        });
                    }
                    """).into(rig.folder, "quitter.jar");
            PluginJar.plugin("quits-at-once", """
                    public List<Extension> start(PluginContext c) { System.exit(1); return List.of(); }
                    """).into(rig.folder, "quits-at-once.jar");
            rig.look();
            assertThatThrownBy(() -> rig.ask("quitter"))
                    .isInstanceOf(PluginFailure.class)
                    .hasMessageContaining("it asked to end the whole process with status 3");
            assertThat(rig.status("quits-at-once.jar").reason())
                    .isEqualTo(
                            "start threw PluginExit: it asked to end the whole process with status 1 (throw an exception instead)");
        }
    }

    @Test
    void aThreadThatIsLeftBehindIsInterruptedWhenThePluginGoes() throws Exception {
        try (HostRig rig = new HostRig(root)) {
            Path jar = PluginJar.plugin("leaky", """
                    public List<Extension> start(PluginContext c) {
                        Thread left = new Thread(() -> {
                            try { new java.util.concurrent.CountDownLatch(1).await(); }
                            catch (InterruptedException e) { System.setProperty("leaky", "interrupted"); }
                        }, "left-behind");
                        left.start();
                        return List.of((RequestHandler) r -> PluginResponse.text(200, "" + left.isAlive()));
                    }
                    """).into(rig.folder, "leaky.jar");
            rig.look();
            assertThat(rig.ask("leaky")).isEqualTo("true");
            Thread left = Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().equals("left-behind"))
                    .findFirst()
                    .orElseThrow();

            Files.delete(jar);
            rig.look();

            assertThat(left.join(Duration.ofSeconds(20))).isTrue();
            assertThat(System.getProperty("leaky")).isEqualTo("interrupted");
        } finally {
            System.clearProperty("leaky");
        }
    }

    @Test
    void oneThatIsSlowToStartKeepsNobodyWaiting() throws Exception {
        Path gate = Files.createFile(root.resolve("gate"));
        try (HostRig rig = new HostRig(root)) {
            PluginJar.plugin("a-slow", """
                    public List<Extension> start(PluginContext c) {
                        while (java.nio.file.Files.exists(java.nio.file.Path.of("%s"))) Thread.onSpinWait();
                        return List.of((RequestHandler) r -> PluginResponse.text(200, "at last"));
                    }
                    """.formatted(gate)).into(rig.folder, "a-slow.jar");
            PluginJar.answering("quick", "here").into(rig.folder, "quick.jar");
            rig.host.scan();
            rig.host.scan();
            rig.untilRunning("quick.jar");

            assertThat(rig.ask("quick")).isEqualTo("here");
            assertThat(rig.status("a-slow.jar").state()).isEqualTo(PluginStatus.State.STARTING);

            Files.delete(gate);
            rig.host.settle();
            assertThat(rig.ask("a-slow")).isEqualTo("at last");
        }
    }

    @Test
    void loadersOfPluginsThatAreGoneAreGone() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        try (HostRig rig = new HostRig(root)) {
            byte[] jar = PluginJar.plugin("heavy", """
                    static final byte[] BALLAST = new byte[1 << 20];
                    public List<Extension> start(PluginContext c) {
                        c.log().debug("started");
                        return List.of((RequestHandler) r -> PluginResponse.text(200, "" + BALLAST.length));
                    }
                    """).bytes();
            for (int i = 0; i < 50; i++) {
                Path file = Files.write(rig.folder.resolve("heavy.jar"), jar);
                rig.look();
                assertThat(rig.ask("heavy")).isEqualTo("1048576");
                rig.host.extensions(RequestHandler.class).getFirst().call("look", Duration.ofSeconds(20), h -> {
                    loaders.add(new WeakReference<>(h.getClass().getClassLoader()));
                    return Boolean.TRUE;
                });
                Files.delete(file);
                rig.look();
            }
        }
        for (int i = 0; i < 20 && loaders.stream().anyMatch(l -> l.get() != null); i++) {
            System.gc();
        }
        assertThat(loaders)
                .hasSize(50)
                .allSatisfy(loader -> assertThat(loader.get()).isNull());
    }
}
