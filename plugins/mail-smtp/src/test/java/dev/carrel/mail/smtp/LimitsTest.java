/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.mail.smtp.SmtpSettings.Encryption;
import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server's limits are kept: the rate by waiting, the day's number by refusing. */
@Timeout(120)
class LimitsTest {
    private static final Instant NOON = Instant.parse("2026-03-08T12:30:00Z");

    @TempDir
    Path folder;

    private DailyCount count(Instant now) {
        return new DailyCount(10, folder.resolve("sent"), Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void turnsAreSpreadOverTime() {
        AtomicLong nanos = new AtomicLong(5);
        Rate rate = new Rate(4, nanos::get);

        assertThat(rate.take(1)).isZero();
        assertThat(rate.take(2)).isEqualTo(Duration.ofMillis(250));
        assertThat(rate.take(1)).isEqualTo(Duration.ofMillis(750));
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
        assertThat(rate.take(1)).isZero();
    }

    @Test
    void whoWouldWaitTooLongIsRefusedAndTakesNoTurn() {
        AtomicLong nanos = new AtomicLong();
        Rate rate = new Rate(1, nanos::get);
        rate.take(31);

        PluginException refusal = catchThrowableOfType(PluginException.class, () -> rate.take(1));
        assertThat(refusal.code()).isEqualTo(Mailer.QUOTA);
        assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(31));

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
        assertThat(rate.take(1)).isEqualTo(Duration.ofSeconds(29));
    }

    @Test
    void aDaysNumberIsRefusedBeyondAndFreeAgainADayLater() {
        DailyCount count = count(NOON);
        count.take(7);
        assertThat(count.remaining()).hasValue(3);

        PluginException refusal = catchThrowableOfType(PluginException.class, () -> count.take(4));
        assertThat(refusal.code()).isEqualTo(Mailer.QUOTA);
        assertThat(refusal.retryable()).isTrue();
        assertThat(refusal).hasMessageContaining("of 10 recipients in 24 hours 3 are left");
        assertThat(refusal.retryAfter()).contains(Duration.ofMinutes(23 * 60 + 30));

        count.take(3);
        assertThat(count(NOON.plus(Duration.ofMinutes(23 * 60 + 29))).remaining())
                .hasValue(0);
        assertThat(count(NOON.plus(Duration.ofMinutes(23 * 60 + 30))).remaining())
                .hasValue(10);
    }

    @Test
    void aRestartForgetsNothing() {
        count(NOON).take(6);
        count(NOON.plusSeconds(3600)).take(1);
        assertThat(count(NOON.plusSeconds(7200)).remaining()).hasValue(3);
    }

    @Test
    void whatWasNotSentIsGivenBack() {
        DailyCount count = count(NOON);
        count.take(6);
        count.giveBack(2);
        assertThat(count.remaining()).hasValue(6);
    }

    @Test
    void aFileThatIsNoneIsNamed() throws Exception {
        Files.writeString(folder.resolve("sent"), "abc\n");
        assertThatThrownBy(() -> count(NOON))
                .hasMessageContaining("sent cannot be read")
                .hasMessageContaining("delete it");
    }

    @Test
    void withoutALimitNothingIsCounted() {
        DailyCount none = new DailyCount(0, folder.resolve("none"), Clock.systemUTC());
        none.take(1000);
        assertThat(none.remaining()).isEmpty();
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void aMailerKeepsBoth() {
        try (MailRig rig = new MailRig(Encryption.NONE)) {
            rig.with(MailRig.settings(Encryption.NONE, rig.front.port(), MailRig.PASSWORD, "", 2, 3));
            long begin = System.nanoTime();
            for (String id : new String[] {"11111111", "22222222", "33333333"}) {
                rig.mailer().send(Mailer.Mail.text(id, "ada@example.org", "hello", "text"));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(rig.mailer().quota().remaining()).hasValue(0);
            assertThat(rig.mailer().quota().perSecond()).hasValue(2);
            assertThatThrownBy(
                            () -> rig.mailer().send(Mailer.Mail.text("44444444", "ada@example.org", "hello", "text")))
                    .hasMessageContaining("of 3 recipients in 24 hours 0 are left");
            assertThat(rig.messages()).hasSize(3);
        }
    }

    @Test
    void aMailThatFailsDoesNotCount() {
        try (MailRig rig = new MailRig(Encryption.NONE)) {
            rig.with(MailRig.settings(Encryption.NONE, rig.front.port(), MailRig.PASSWORD, "", 100, 3));
            assertThatThrownBy(() -> rig.mailer().send(Mailer.Mail.text("11111111", MailRig.NOBODY, "hello", "text")))
                    .isInstanceOf(PluginException.class);
            assertThat(rig.mailer().quota().remaining()).hasValue(3);
        }
    }
}
