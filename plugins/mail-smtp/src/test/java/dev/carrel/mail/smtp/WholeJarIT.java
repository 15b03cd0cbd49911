/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.plugin.host.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that is dropped into plugins/ has all it needs, speaks to a server, and goes without a trace. */
class WholeJarIT {
    private static final Path JAR = Path.of("target/mail-smtp.jar");

    @TempDir
    Path folder;

    private List<Verification.Check> verify(String settings) throws Exception {
        Path etc = Files.createDirectories(folder.resolve("etc"));
        Files.writeString(etc.resolve("mail-smtp.properties"), settings);
        return Verification.of(JAR, etc, folder.resolve("shipped"), folder.resolve("work"));
    }

    @Test
    void itKeepsEveryRuleOfPlugins() throws Exception {
        try (MailRig rig = new MailRig(SmtpSettings.Encryption.STARTTLS)) {
            List<Verification.Check> checks =
                    verify("""
                    host = localhost
                    port = %d
                    trust = %s
                    username = %s
                    password = %s
                    from = hub@example.org
                    """.formatted(rig.front.port(), rig.certificate(), MailRig.USER, MailRig.PASSWORD));

            assertThat(checks).isNotEmpty().allMatch(Verification.Check::kept);
            assertThat(checks)
                    .extracting(Verification.Check::detail)
                    .contains("SMTP at localhost:" + rig.front.port() + ", it answers");
        }
    }

    @Test
    void withoutAServerItSaysWhatIsMissing() throws Exception {
        assertThat(verify("").toString())
                .contains("host: is missing (The server's name.)", "from: is missing (The sender's address.)");
    }
}
