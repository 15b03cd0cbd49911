/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.carrel.mail.smtp.SmtpSettings.Encryption;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Neither mail nor password goes over a connection that is not encrypted, unless the operator says so or it stays on this machine. */
@Timeout(120)
class EncryptionTest {
    private static final Mailer.Mail MAIL = Mailer.Mail.text("12345678", "ada@example.org", "hello", "text");

    private static PluginException failing(Mailer mailer) {
        PluginException failure = catchThrowableOfType(PluginException.class, () -> mailer.send(MAIL));
        assertThat(failure).isNotNull();
        return failure;
    }

    @Test
    void withStartTlsNothingButItIsSaidInPlain() {
        try (MailRig rig = new MailRig(Encryption.STARTTLS)) {
            rig.mailer().send(MAIL);

            List<String> plain = rig.front.heard().stream()
                    .filter(line -> !line.startsWith("*"))
                    .toList();
            assertThat(plain).hasSize(2);
            assertThat(plain.getFirst()).startsWith("EHLO");
            assertThat(plain.getLast()).isEqualTo("STARTTLS");
            assertThat(rig.front.heard()).anyMatch(line -> line.startsWith("*AUTH"));
        }
    }

    @Test
    void aServerWithoutStartTlsIsNotToldThePassword() {
        try (MailRig rig = new MailRig(Encryption.NONE)) {
            PluginException failure = failing(rig.mailer(rig.settings(Encryption.STARTTLS)));

            assertThat(failure.code()).isEqualTo(Mailer.DENIED);
            assertThat(failure.retryable()).isFalse();
            assertThat(failure)
                    .hasMessageContaining("STARTTLS")
                    .hasMessageContaining("does encryption fit the server?");
            assertThat(rig.front.heard()).noneMatch(line -> line.contains("AUTH") || line.contains("MAIL"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS", "TLS"})
    void aServerThatNobodyVouchesForIsNotToldThePassword(Encryption encryption) {
        try (MailRig rig = new MailRig(encryption)) {
            PluginException failure =
                    failing(rig.mailer(MailRig.settings(encryption, rig.front.port(), MailRig.PASSWORD, "", 10, 0)));

            assertThat(failure.code()).isEqualTo(Mailer.DENIED);
            assertThat(failure).hasMessageContaining("does trust name the server's certificate?");
            assertThat(rig.front.heard()).noneMatch(line -> line.contains("AUTH"));
        }
    }

    @Test
    void tlsOfTheServerItself() throws Exception {
        // The rig first: it sees to the keys of every GreenMail.
        try (MailRig rig = new MailRig(Encryption.NONE)) {
            GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS));
            server.start();
            server.setUser(MailRig.USER, MailRig.USER, MailRig.PASSWORD);
            try {
                rig.mailer(MailRig.settings(
                                Encryption.TLS,
                                server.getSmtps().getPort(),
                                MailRig.PASSWORD,
                                rig.certificate().toString(),
                                10,
                                0))
                        .send(MAIL);

                assertThat(server.getReceivedMessages()[0].getSubject()).isEqualTo("hello");
            } finally {
                server.stop();
            }
        }
    }

    @Test
    void unencryptedOnlyToThisMachineUnlessAllowed() {
        assertThat(settings("localhost", false).encryption()).isEqualTo(Encryption.NONE);
        assertThat(settings("127.0.0.2", false).encryption()).isEqualTo(Encryption.NONE);
        assertThat(settings("mail.example.org", true).encryption()).isEqualTo(Encryption.NONE);
        assertThatThrownBy(() -> settings("mail.example.org", false))
                .hasMessageStartingWith(
                        "encryption: none to mail.example.org (expected: starttls or tls; or allow-unencrypted");
        assertThatThrownBy(() -> settings("127.0.0.1.evil.example", false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static SmtpSettings settings(String host, boolean allowed) {
        return new SmtpSettings(
                host,
                25,
                Encryption.NONE,
                allowed,
                "",
                "",
                "",
                "a@x.org",
                "",
                1,
                0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
    }

    @Test
    void settingsThatDoNotFitNameTheirKeys() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new SmtpSettings(
                        "mail.example.org",
                        587,
                        Encryption.TLS,
                        false,
                        "",
                        "ada",
                        "",
                        "a@x.org",
                        "",
                        1,
                        0,
                        second,
                        second))
                .hasMessageStartingWith("username and password: only one of them");
        assertThatThrownBy(() -> new SmtpSettings(
                        "mail.example.org",
                        587,
                        Encryption.TLS,
                        false,
                        "",
                        "",
                        "",
                        "a@x.org\nBcc: b@x.org",
                        "",
                        1,
                        0,
                        second,
                        second))
                .hasMessageStartingWith("from, from-name: address: ");
        assertThatThrownBy(() -> new SmtpSettings(
                        "mail example", 587, Encryption.TLS, false, "", "", "", "a@x.org", "", 1, 0, second, second))
                .hasMessageStartingWith("host: \"mail example\"");
    }

    @Test
    void aFileWithoutCertificatesIsNamed() throws Exception {
        try (MailRig rig = new MailRig(Encryption.NONE)) {
            String empty = Files.createFile(rig.folder.resolve("empty.pem")).toString();
            assertThatThrownBy(() -> Trust.in(empty))
                    .hasMessageContaining("trust: ")
                    .hasMessageContaining("empty.pem");
            assertThatThrownBy(() -> Trust.in(empty + "x"))
                    .hasMessageContaining("expected: a file of certificates, PEM");
        }
    }
}
