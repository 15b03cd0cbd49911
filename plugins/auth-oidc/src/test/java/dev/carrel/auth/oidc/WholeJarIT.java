/* Copyright the Carrel authors. */
package dev.carrel.auth.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.host.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that is dropped into plugins/ has all it needs, and goes without a trace. */
class WholeJarIT {
    private static final Path JAR = Path.of("target/auth-oidc.jar");

    @TempDir
    Path folder;

    @Test
    void itKeepsEveryRuleOfPlugins() throws Exception {
        Path etc = Files.createDirectories(folder.resolve("etc"));
        Files.writeString(etc.resolve("auth-oidc.properties"), """
                google-client-id = g
                google-client-secret = s
                github-client-id = h
                github-client-secret = s
                linkedin-client-id = l
                linkedin-client-secret = s
                issuer = https://id.example.org
                client-id = c
                """);

        List<Verification.Check> checks = Verification.of(JAR, etc, folder.resolve("shipped"), folder.resolve("work"));

        assertThat(checks).isNotEmpty().allMatch(Verification.Check::kept);
        assertThat(checks.toString())
                .contains("Sign in with Google at /google/", "Sign in with GitHub at /github/")
                .contains("Sign in with LinkedIn at /linkedin/", "Sign in with your organisation at /oidc/");
    }

    @Test
    void withoutAProviderItSaysWhatIsMissing() throws Exception {
        List<Verification.Check> checks = Verification.of(
                JAR, Files.createDirectories(folder.resolve("etc")), folder.resolve("shipped"), folder.resolve("work"));

        assertThat(checks.toString()).contains("google-client-id", "issuer and client-id");
    }
}
