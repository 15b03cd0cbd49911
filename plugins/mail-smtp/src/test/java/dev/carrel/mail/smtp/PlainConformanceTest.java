/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import dev.carrel.plugin.testkit.MailFixture;
import dev.carrel.plugin.testkit.MailerConformance;

class PlainConformanceTest extends MailerConformance {
    @Override
    protected MailFixture fixture() {
        return new MailRig(SmtpSettings.Encryption.NONE);
    }
}
