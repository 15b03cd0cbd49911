/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.mail.smtp.SmtpSettings.Encryption;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.Mailer.Address;
import dev.carrel.plugin.PluginException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server answers is told apart into for now and for good, and told in its own words without our secrets. */
@Timeout(120)
class AnswersOfServersTest {
    private final MailRig rig = new MailRig(Encryption.NONE);

    @AfterEach
    void close() {
        rig.close();
    }

    private static Mailer.Mail mail(String... to) {
        return new Mailer.Mail(
                java.util.UUID.randomUUID().toString(),
                List.of(to).stream().map(Address::of).toList(),
                Optional.empty(),
                "hello",
                "text",
                Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MAIL FROM       | 421 4.3.2 closing         | mail.down    | true",
                "MAIL FROM       | 451 4.3.0 try later       | mail.down    | true",
                "MAIL FROM       | 452 4.2.2 disk full       | mail.down    | true",
                "MAIL FROM       | 550 5.7.1 sender unwanted | mail.refused | false",
                "MAIL FROM       | 552 5.3.4 too large       | mail.refused | false",
                "MAIL FROM       | 530 5.7.0 sign in first   | mail.denied  | false",
                "RCPT TO:<ada    | 450 4.2.1 greylisted      | mail.down    | true",
                "RCPT TO:<ada    | 550 5.1.1 no such user    | mail.refused | false",
                "RCPT TO:<ada    | 553 5.1.3 odd address     | mail.refused | false",
                "DATA            | 451 4.3.0 not now         | mail.down    | true",
                "DATA            | 554 5.6.0 never           | mail.refused | false",
                "end of data     | 451 4.7.1 scanner asleep  | mail.down    | true",
                "end of data     | 554 5.7.1 looks like spam | mail.refused | false",
                "AUTH            | 454 4.7.0 sign-in asleep  | mail.down    | true",
                "AUTH            | 535 5.7.8 bad credentials | mail.denied  | false",
                "MAIL FROM       | !                         | mail.down    | true"
            })
    void anAnswer(String command, String answer, String code, boolean retryable) {
        rig.front.answer(command, answer);

        PluginException failure =
                catchThrowableOfType(PluginException.class, () -> rig.mailer().send(mail("ada@example.org")));

        assertThat(failure).isNotNull();
        assertThat(failure.code()).as(failure.getMessage()).isEqualTo(code);
        assertThat(failure.retryable()).isEqualTo(retryable);
        assertThat(failure).hasMessageStartingWith("mail by SMTP at localhost:" + rig.front.port() + ": ");
        if (answer.length() > 1) {
            assertThat(failure.getMessage()).contains(answer.substring(10));
        }
        assertThat(failure.getMessage()).doesNotContain(MailRig.PASSWORD);
    }

    @Test
    void ofSeveralRecipientsOneForNowMakesItWorthATry() {
        rig.front.answer("RCPT TO:<ada", "450 4.2.1 greylisted");
        PluginException failure = catchThrowableOfType(
                PluginException.class, () -> rig.mailer().send(mail("ada@example.org", MailRig.NOBODY)));

        assertThat(failure.retryable()).isTrue();
        assertThat(failure.getMessage()).contains("ada@example.org=450 4.2.1", MailRig.NOBODY + "=550 5.1.1");
    }

    @Test
    void aWrongPasswordIsTheOperatorsBusiness() {
        PluginException failure = catchThrowableOfType(
                PluginException.class,
                () -> rig.with(MailRig.settings(Encryption.NONE, rig.front.port(), "wrong", "", 10, 0))
                        .mailer()
                        .send(mail("ada@example.org")));

        assertThat(failure.code()).isEqualTo(Mailer.DENIED);
        assertThat(failure.getMessage()).contains("username and password").doesNotContain("wrong");
        assertThat(rig.mailer().health().orElseThrow()).contains("username and password");
    }

    @Test
    void nobodyListening() {
        int port = rig.front.port();
        rig.front.close();
        PluginException failure =
                catchThrowableOfType(PluginException.class, () -> rig.mailer().send(mail("ada@example.org")));

        assertThat(failure.code()).isEqualTo(Mailer.DOWN);
        assertThat(failure.getMessage()).contains(":" + port).contains("is it up?");
    }

    @Test
    void theMessageIsWellFormed() throws Exception {
        rig.mailer().send(mail("ada@example.org"));

        var message = rig.messages().getFirst();
        assertThat(message.getHeader("From", ",")).isEqualTo("\"Carrel, the hub\" <carrel@example.org>");
        assertThat(message.getHeader("Auto-Submitted", ",")).isEqualTo("auto-generated");
        assertThat(message.getHeader("MIME-Version", ",")).isEqualTo("1.0");
        assertThat(message.getSentDate()).isNotNull();
        assertThat(rig.mailer().name()).isEqualTo("SMTP at localhost:" + rig.front.port());
    }
}
