/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.util.List;

/** Sends mail by an SMTP server. Nothing is said to the server before the first mail. */
public final class SmtpPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        SmtpSettings settings = context.settings(SmtpSettings.class);
        return List.of(new SmtpMailer(
                settings,
                new Rate(settings.perSecond(), System::nanoTime),
                new DailyCount(settings.perDay(), context.folder().resolve("sent"), context.clock())));
    }
}
