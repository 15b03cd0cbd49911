/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules that every plugin must keep find every plugin that does not. */
class VerificationTest {
    private static final String FINE = """
            public List<Extension> start(PluginContext context) {
                return List.of((RequestHandler) request -> PluginResponse.text(200, "fine"));
            }
            """;

    @TempDir
    private Path root;

    private List<Verification.Check> verify(PluginJar jar) throws IOException, InterruptedException {
        return verify(jar.into(root.resolve("built"), "sample.jar"));
    }

    private List<Verification.Check> verify(Path jar) throws IOException, InterruptedException {
        return Verification.of(
                jar, Files.createDirectories(root.resolve("etc")), root.resolve("shipped"), root.resolve("work"));
    }

    private static Verification.Check broken(List<Verification.Check> checks) {
        assertThat(checks.stream().filter(check -> !check.kept())).hasSize(1);
        return checks.stream().filter(check -> !check.kept()).findFirst().orElseThrow();
    }

    @Test
    void oneThatKeepsThemAllIsToldSoRuleByRule() throws Exception {
        List<Verification.Check> checks = verify(PluginJar.plugin("fine", FINE));

        assertThat(checks).allMatch(Verification.Check::kept);
        assertThat(checks)
                .extracting(Verification.Check::rule)
                .containsExactly(
                        "describes itself",
                        "starts",
                        "answers as RequestHandler",
                        "leaves no thread behind",
                        "starts again",
                        "can be unloaded");
        assertThat(checks.getFirst().detail()).isEqualTo("fine 1.0, level 1");
    }

    @Test
    void whatItRequiresIsTakenToBeThere() throws Exception {
        assertThat(verify(PluginJar.plugin("fine", FINE).says("requires", "mail")))
                .allMatch(Verification.Check::kept);
    }

    @Test
    void half() throws Exception {
        byte[] whole = PluginJar.plugin("half", FINE).bytes();
        Path jar = Files.write(root.resolve("half.jar"), Arrays.copyOf(whole, whole.length / 2));

        assertThat(broken(verify(jar)).rule()).isEqualTo("is a complete jar");
    }

    @Test
    void aStartThatThrows() throws Exception {
        Verification.Check broken = broken(verify(PluginJar.plugin("throws", """
                public List<Extension> start(PluginContext context) { throw new IllegalStateException("on purpose"); }
                """)));

        assertThat(broken.rule()).isEqualTo("starts");
        assertThat(broken.detail()).isEqualTo("start threw IllegalStateException: on purpose");
    }

    @Test
    void aSecondStartThatThrows() throws Exception {
        Verification.Check broken = broken(verify(PluginJar.plugin("once", """
                public List<Extension> start(PluginContext context) {
                    try { java.nio.file.Files.createFile(context.folder().resolve("lock")); }
                    catch (java.io.IOException e) { throw new IllegalStateException("it is locked", e); }
                    return List.of();
                }
                """)));

        assertThat(broken.detail()).isEqualTo("start threw IllegalStateException: it is locked");
    }

    @Test
    void anAnswerOfNull() throws Exception {
        Verification.Check broken = broken(verify(PluginJar.plugin("nothing", """
                public List<Extension> start(PluginContext context) {
                    return List.of(new RequestHandler() {
                        public PluginResponse handle(PluginRequest request) { return null; }
                        public Access access() { return null; }
                    });
                }
                """)));

        assertThat(broken.rule()).isEqualTo("answers as RequestHandler");
        assertThat(broken.detail()).contains("access() answered null");
    }

    @Test
    void aTaskWhoseNameIsNoWord() throws Exception {
        Verification.Check broken = broken(verify(PluginJar.plugin("task", """
                public List<Extension> start(PluginContext context) {
                    return List.of(new ClusterTask() {
                        public String name() { return "Clean Up!"; }
                        public java.time.Duration every() { return java.time.Duration.ofHours(1); }
                        public void run() { }
                    });
                }
                """)));

        assertThat(broken.rule()).isEqualTo("answers as ClusterTask");
        assertThat(broken.detail()).contains("name: \"Clean Up!\" (expected: a-z 0-9 and dashes)");
    }

    @Test
    void aWayToSignInShowsItsButtonsAndACheckIsLeftAlone() throws Exception {
        List<Verification.Check> checks = verify(PluginJar.plugin("way", """
                public List<Extension> start(PluginContext context) {
                    if (!context.site().local()) { throw new IllegalStateException("not here"); }
                    return List.of(
                            new Authenticator() {
                                public List<Button> buttons() { return List.of(new Button("Come in", "/door")); }
                                public SignInOutcome handle(SignInRequest r) { return new SignInOutcome.Refused(""); }
                            },
                            (SignInCheck) attempt -> { throw new IllegalStateException("asked"); });
                }
                """));

        assertThat(checks).allMatch(Verification.Check::kept);
        assertThat(checks.toString()).contains("answers as SignInCheck", "buttons: [Come in at /door]");
    }

    @Test
    void aButtonThatLeadsElsewhere() throws Exception {
        Verification.Check broken = broken(verify(PluginJar.plugin("astray", """
                public List<Extension> start(PluginContext context) {
                    return List.of(new Authenticator() {
                        public List<Button> buttons() { return List.of(new Button("Come in", "//evil.example")); }
                        public SignInOutcome handle(SignInRequest r) { return new SignInOutcome.Refused(""); }
                    });
                }
                """)));

        assertThat(broken.rule()).isEqualTo("answers as Authenticator");
        assertThat(broken.detail()).contains("path: \"//evil.example\"");
    }

    @Test
    void aThreadThatIsLeftBehind() throws Exception {
        List<Verification.Check> checks = verify(PluginJar.plugin("leaky", """
                public List<Extension> start(PluginContext context) {
                    new Thread(() -> {
                        try { new java.util.concurrent.CountDownLatch(1).await(); } catch (InterruptedException e) { }
                    }, "pump").start();
                    return List.of();
                }
                """));

        Verification.Check broken = broken(checks);
        assertThat(broken.rule()).isEqualTo("leaves no thread behind");
        assertThat(broken.detail()).startsWith("pump (its stop must end");
    }

    @Test
    void somethingThatHoldsItsClasses() throws Exception {
        Verification.Check broken = broken(verify(PluginJar.plugin("hooked", """
                public List<Extension> start(PluginContext context) {
                    Runtime.getRuntime().addShutdownHook(new Thread() { public void run() { } });
                    return List.of();
                }
                """)));

        assertThat(broken.rule()).isEqualTo("can be unloaded");
    }
}
