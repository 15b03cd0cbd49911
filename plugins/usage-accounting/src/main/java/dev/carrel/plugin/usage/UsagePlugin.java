/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.Setting;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;

/** Account of sessions, functions and tasks, a section for administrators, and the sums as CSV and JSON. */
public final class UsagePlugin implements Plugin {
    /** {@code etc/plugins/usage-accounting.properties}. */
    public record Settings(
            @Setting(
                    text =
                            "The time zone in which days begin, such as Europe/Berlin; what was kept before a change keeps its day.",
                    def = "UTC")
            String zone) {
        /** Refuses a zone that nobody knows. */
        public Settings {
            try {
                ZoneId.of(zone);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "zone: \"" + zone + "\" (expected: UTC, or a name such as Europe/Berlin)", e);
            }
        }
    }

    @Override
    public List<Extension> start(PluginContext context) {
        ZoneId zone = ZoneId.of(context.settings(Settings.class).zone());
        Account account = new Account(context.database(), zone);
        return List.of(account, new UsageSection(account, context.clock()), new UsageReport(account, context.clock()));
    }
}
