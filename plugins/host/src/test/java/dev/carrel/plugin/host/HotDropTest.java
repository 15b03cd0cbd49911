/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.plugin.RequestHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jars come, change and go while the host runs. */
@Timeout(120)
class HotDropTest {
    @TempDir
    private Path root;

    private HostRig rig;

    @BeforeEach
    void open() throws Exception {
        rig = new HostRig(root);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aJarThatAppearsRunsAndOneThatIsGoneDoesNot() throws Exception {
        Path jar = PluginJar.answering("greeter", "hello")
                .says("provides", "greeting")
                .into(rig.folder, "greeter.jar");

        rig.look();
        assertThat(rig.only())
                .extracting(PluginStatus::id, PluginStatus::version, PluginStatus::state, PluginStatus::reason)
                .containsExactly("greeter", "1.0", PluginStatus.State.RUNNING, "");
        assertThat(rig.ask("greeter")).isEqualTo("hello");
        assertThat(rig.host.hasFeature("greeting")).isTrue();

        Files.delete(jar);
        rig.look();
        assertThat(rig.host.statuses()).isEmpty();
        assertThat(rig.host.hasFeature("greeting")).isFalse();
        assertThat(rig.host.extensions(RequestHandler.class)).isEmpty();
    }

    @Test
    void whatStillChangesIsOnlyNoted() throws Exception {
        PluginJar.answering("greeter", "hello").into(rig.folder, "greeter.jar");

        rig.host.scan();
        assertThat(rig.only().state()).isEqualTo(PluginStatus.State.DISCOVERED);
        rig.host.scan();
        assertThat(rig.only().state()).isEqualTo(PluginStatus.State.STARTING);
        rig.host.settle();
        assertThat(rig.only().state()).isEqualTo(PluginStatus.State.RUNNING);
        assertThat(rig.ask("greeter")).isEqualTo("hello");
    }

    @Test
    void aHalfCopiedJarWaitsForItsOtherHalf() throws Exception {
        byte[] whole = PluginJar.answering("greeter", "hello").bytes();
        Path jar = Files.write(rig.folder.resolve("greeter.jar"), Arrays.copyOf(whole, whole.length / 2));

        rig.look().look();
        assertThat(rig.only().state()).isEqualTo(PluginStatus.State.DISCOVERED);
        assertThat(rig.only().reason()).isEqualTo("it is no complete jar yet");

        Files.write(jar, whole);
        rig.look();
        assertThat(rig.ask("greeter")).isEqualTo("hello");
    }

    @Test
    void aNewVersionTakesOverAndABrokenOneDoesNot() throws Exception {
        PluginJar.answering("greeter", "one").into(rig.folder, "greeter.jar");
        rig.look();
        PluginJar.answering("greeter", "two").says("version", "2.0").into(rig.folder, "greeter.jar");
        rig.look();
        assertThat(rig.ask("greeter")).isEqualTo("two");

        PluginJar.answering("greeter", "three")
                .says("version", "3.0")
                .says("api", "9")
                .into(rig.folder, "greeter.jar");
        rig.look();
        assertThat(rig.ask("greeter")).isEqualTo("two");
        assertThat(rig.only().version()).isEqualTo("2.0");
        assertThat(rig.only().reason()).startsWith("the newer file was refused: it was made for level 9");
    }

    @Test
    void aRequestInFlightIsAnsweredByTheVersionThatTookIt() throws Exception {
        Path gate = root.resolve("gate");
        PluginJar.plugin("greeter", """
                public List<Extension> start(PluginContext context) {
                    return List.of((RequestHandler) request -> {
                        java.nio.file.Path gate = java.nio.file.Path.of("%s");
                        java.nio.file.Files.createDirectories(gate);
                        while (java.nio.file.Files.exists(gate)) Thread.onSpinWait();
                        return PluginResponse.text(200, "old");
                    });
                }
                """.formatted(gate)).into(rig.folder, "greeter.jar");
        rig.look();
        LiveExtension<RequestHandler> held =
                rig.host.extensions(RequestHandler.class).getFirst();
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                answer.complete(HostRig.ask(held));
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        while (!Files.exists(gate)) {
            Thread.onSpinWait();
        }
        PluginJar.answering("greeter", "new").says("version", "2.0").into(rig.folder, "greeter.jar");
        Thread replacing = Thread.ofPlatform().start(() -> {
            try {
                rig.look();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (!rig.only().version().equals("2.0")) {
            Thread.onSpinWait();
        }
        assertThat(rig.ask("greeter")).isEqualTo("new");
        Files.delete(gate);

        assertThat(answer.get()).isEqualTo("old");
        replacing.join();
        assertThatThrownBy(() -> HostRig.ask(held))
                .isInstanceOf(PluginFailure.class)
                .hasMessageContaining("it has been stopped");
    }

    @Test
    void aFeatureComesBeforeWhoNeedsItAndTakesThemAlongWhenItGoes() throws Exception {
        PluginJar.answering("a-user", "served")
                .says("requires", "mail, sessions")
                .into(rig.folder, "a-user.jar");
        rig.look();
        assertThat(rig.only().state()).isEqualTo(PluginStatus.State.REFUSED);
        assertThat(rig.only().reason()).isEqualTo("it requires mail, which no running plugin provides");

        Path mail =
                PluginJar.answering("z-mail", "mail").says("provides", "mail").into(rig.folder, "z-mail.jar");
        rig.look();
        assertThat(rig.ask("a-user")).isEqualTo("served");

        Files.delete(mail);
        rig.look();
        assertThat(rig.status("a-user.jar").reason()).isEqualTo("it requires mail, which no running plugin provides");
        assertThat(rig.host.extensions(RequestHandler.class)).isEmpty();
    }

    @Test
    void closingStopsWhoNeedsAFeatureBeforeItAndReturnsWhenAllHaveStopped() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        List<String> stopped = Collections.synchronizedList(new ArrayList<>());
        // What a plugin and a test both see: the JDK's own classes.
        System.getProperties().put("closing.entered", entered);
        System.getProperties().put("closing.gate", gate);
        System.getProperties().put("closing.stopped", stopped);
        String stop = """
                public List<Extension> start(PluginContext context) { return List.of(); }
                @SuppressWarnings("unchecked")
                public void stop() throws Exception {
                    %s
                    ((java.util.List<String>) System.getProperties().get("closing.stopped")).add("%s");
                }
                """;
        String waits = """
                    ((java.util.concurrent.CountDownLatch) System.getProperties().get("closing.entered")).countDown();
                    ((java.util.concurrent.CountDownLatch) System.getProperties().get("closing.gate")).await();
                """;
        PluginJar.plugin("a-mail", stop.formatted("", "a-mail"))
                .says("provides", "mail")
                .into(rig.folder, "a-mail.jar");
        PluginJar.plugin("z-user", stop.formatted(waits, "z-user"))
                .says("requires", "mail")
                .into(rig.folder, "z-user.jar");
        rig.look();

        CompletableFuture<List<String>> closed = CompletableFuture.supplyAsync(() -> {
            rig.host.close();
            return List.copyOf(stopped);
        });
        assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
        gate.countDown();

        assertThat(closed.get(20, TimeUnit.SECONDS)).containsExactly("z-user", "a-mail");
    }

    @Test
    void aFolderOfJarsIsOnePlugin() throws Exception {
        Path folder = Files.createDirectories(rig.folder.resolve("greeter"));
        PluginJar.plugin("greeter", """
                public List<Extension> start(PluginContext context) {
                    return List.of((RequestHandler) request -> PluginResponse.text(200, helper.Words.HELLO.toString()));
                }
                """)
                .source(
                        "helper.Words",
                        "package helper; public class Words { public static Object HELLO = \"from a library\"; }")
                .into(folder, "all.jar");
        rig.look();
        assertThat(rig.ask("greeter")).isEqualTo("from a library");
    }

    @Test
    void changedSettingsStartItAnewAndASwitchTurnsItOff() throws Exception {
        PluginJar.plugin("greeter", """
                public record Words(@Setting(text = "What it says.", def = "hello") String word) {}
                public List<Extension> start(PluginContext context) {
                    String word = context.settings(Words.class).word();
                    return List.of((RequestHandler) request -> PluginResponse.text(200, word));
                }
                """).into(rig.folder, "greeter.jar");
        rig.look();
        assertThat(rig.ask("greeter")).isEqualTo("hello");

        Files.writeString(rig.settings.resolve("greeter.properties"), "word = good day\n");
        rig.look();
        assertThat(rig.ask("greeter")).isEqualTo("good day");

        Files.createFile(rig.settings.resolve("greeter.disabled"));
        rig.look();
        assertThat(rig.only().state()).isEqualTo(PluginStatus.State.DISABLED);
        assertThat(rig.host.extensions(RequestHandler.class)).isEmpty();

        Files.delete(rig.settings.resolve("greeter.disabled"));
        rig.look();
        assertThat(rig.ask("greeter")).isEqualTo("good day");
    }
}
