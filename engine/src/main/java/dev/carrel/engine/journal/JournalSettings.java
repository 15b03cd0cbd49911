/* Copyright the Carrel authors. */
package dev.carrel.engine.journal;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.Duration;

/** How much is kept of what functions print. */
@Section(
        value = "function-logs",
        text = "What functions print, kept on this machine below engine/functions: how much of it, and for how long.")
public record JournalSettings(
        @Setting(
                text = "What is kept of one function; then the older half of it goes.",
                def = "1MiB",
                min = 262_144,
                max = 67_108_864)
        DataSize perFunction,

        @Setting(
                text = "What is kept of all functions together; then the oldest goes of whoever's functions have most.",
                def = "512MiB",
                min = 1_048_576)
        DataSize total,

        @Setting(
                text =
                        "How long it is kept. It is not shown any longer after this, and is deleted within half as long again.",
                def = "14d",
                min = 60_000,
                max = 315_360_000_000L)
        Duration keep) {}
