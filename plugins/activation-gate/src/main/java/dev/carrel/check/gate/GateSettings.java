/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.Setting;
import java.time.Duration;

/** {@code etc/plugins/activation-gate.properties}. */
public record GateSettings(
        @Setting(
                text =
                        "open: new people are let in; hold: they wait until an administrator picks them; automatic: so many an hour are let in. "
                                + "Administrators can choose another on their page.",
                def = "automatic")
        Mode mode,

        @Setting(
                text =
                        "About how many new people are let in within an hour. A tenth more, and the gate closes; it opens again a tenth below.",
                def = "60",
                min = 1,
                max = 100_000)
        int hourlyRate,

        @Setting(text = "The most who are let in from the queue at once.", def = "10", min = 1, max = 100)
        int maxActivationsPerRun,

        @Setting(text = "How often the queue is looked at.", def = "1m", min = 1000, max = 86_400_000)
        Duration every,

        @Setting(
                text = "The most who wait. Who comes then is asked to come again later.",
                def = "10000",
                min = 1,
                max = 1_000_000)
        int maxWaiting,

        @Setting(
                text = "What those who wait read first.",
                def = "This site takes in new people step by step, so that there is room for everybody.")
        String message,

        @Setting(text = "The subject of the mail to people who are let in.", def = "You can sign in now")
        String mailSubject,

        @Setting(
                text =
                        "Its text; {account} is the name of the account, {site} the address of the site, \\n begins a line.",
                def = "Hello {account},\\n\\nyour account is ready. Sign in at {site}\\n")
        String mailBody) {
    private static final int SUBJECT = 200;
    private static final int BODY = 10_000;

    /** Refuses a mail that no mailer would take. */
    public GateSettings {
        if (mailSubject.isBlank()
                || mailSubject.length() > SUBJECT
                || mailSubject.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("mail-subject: " + mailSubject.length() + " characters (expected: 1 to "
                    + SUBJECT + " on one line)");
        }
        if (mailBody.isBlank() || mailBody.length() > BODY) {
            throw new IllegalArgumentException(
                    "mail-body: " + mailBody.length() + " characters (expected: 1 to " + BODY + ")");
        }
        mailBody = mailBody.replace("\\n", "\n");
    }

    /** The count within an hour above which the gate closes. */
    double closesAbove() {
        return hourlyRate * 1.1;
    }

    /** The count within an hour below which it opens again. */
    double opensBelow() {
        return hourlyRate * 0.9;
    }
}
