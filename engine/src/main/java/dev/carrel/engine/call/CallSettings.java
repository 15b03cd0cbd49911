/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.Duration;

/** Calls of functions. */
@Section(
        value = "calls",
        text = "Calls of functions: how large, how many, and the workers of this machine that serve them.")
public record CallSettings(
        @Setting(
                text = "The largest body of a call; larger ones are refused with 413.",
                def = "6MiB",
                min = 0,
                max = 1_073_741_824)
        DataSize maxRequest,

        @Setting(text = "The largest answer that is not streamed.", def = "6MiB", min = 1024, max = 1_073_741_824)
        DataSize maxAnswer,

        @Setting(
                text = "Workers that may live on this machine, those of all functions together.",
                def = "64",
                min = 1,
                max = 10_000)
        int maxWorkers,

        @Setting(
                text =
                        "Calls of one owner's functions that may be under way here, waiting ones too; more are refused with 429.",
                def = "1000",
                min = 1,
                max = 1_000_000)
        int maxPerOwner,

        @Setting(
                text = "How long a call waits for a worker before it is refused with 503.",
                def = "30s",
                min = 100,
                max = 3_600_000)
        Duration startLimit,

        @Setting(
                text =
                        "Workers that wait, without any code, to become whatever is called next; as many for each image and size that functions of this machine have used within the hour. 0 for none: then a first call waits for a container.",
                def = "1",
                min = 0,
                max = 100)
        int warmCells) {}
