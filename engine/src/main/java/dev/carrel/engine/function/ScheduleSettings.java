/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;

/** Functions that run by themselves. */
@Section(
        value = "schedules",
        text = "Functions that run by themselves at times their owners choose: how many, how often, how late.")
public record ScheduleSettings(
        @Setting(
                text = "How many functions of one person may have a schedule; 0 for none.",
                def = "20",
                min = 0,
                max = 10_000)
        int maxPerOwner,

        @Setting(
                text =
                        "The shortest time between two runs by one entry of a schedule. Cron knows whole minutes, so nothing below a minute is a limit.",
                def = "1m",
                min = 60_000,
                max = 2_678_400_000L)
        Duration minGap,

        @Setting(
                text =
                        "How late a run may begin that was missed because no engine was there. Of several missed ones of an entry, the last is made up for.",
                def = "24h",
                min = 60_000,
                max = 2_678_400_000L)
        Duration maxLate,

        @Setting(text = "The time zone of schedules that name none.", def = "UTC")
        String zone) {
    /** Refuses what is no time zone. */
    public ScheduleSettings {
        try {
            ZoneId.of(zone);
        } catch (DateTimeException _) {
            throw new IllegalArgumentException(
                    "zone: \"" + zone + "\" (expected: a time zone as UTC or Europe/Berlin)");
        }
    }
}
