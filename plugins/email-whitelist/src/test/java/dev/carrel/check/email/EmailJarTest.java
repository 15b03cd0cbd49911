/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.host.Verification;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar keeps what every plugin must keep, as {@code carrel plugin verify} tries it: without a database, too. */
@Timeout(120)
class EmailJarTest {
    @TempDir
    private Path root;

    private List<Verification.Check> verify(String settings) throws Exception {
        Path classes = Path.of(EmailPlugin.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path file = root.resolve("email-whitelist.jar");
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out);
                Stream<Path> all = Files.walk(classes)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new JarEntry(classes.relativize(path).toString()));
                Files.copy(path, jar);
                jar.closeEntry();
            }
        }
        Path etc = Files.createDirectories(root.resolve("etc"));
        Files.writeString(etc.resolve("email-whitelist.properties"), settings);
        return Verification.of(file, etc, root.resolve("none"), Files.createDirectories(root.resolve("work")));
    }

    @Test
    void theJarKeepsWhatEveryPluginMustKeep() throws Exception {
        List<Verification.Check> checks = verify("allowed = julia.org\n");

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
                        "can be unloaded");
    }

    @Test
    void withoutVerificationItIsACheckAndNothingElse() throws Exception {
        assertThat(verify("allowed = julia.org\nverification = false\n"))
                .extracting(Verification.Check::rule)
                .filteredOn(rule -> rule.startsWith("answers as"))
                .containsExactly("answers as SignInCheck");
    }

    @Test
    void anEntryThatIsNoneIsNamed() throws Exception {
        assertThat(verify("allowed = julia\n").getLast().detail())
                .contains("allowed: \"julia\" (expected: a domain as julia.org");
    }
}
