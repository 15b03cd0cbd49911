/* Copyright the Carrel authors. */
package dev.carrel.chassis.log;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;

/** Logging of every process. */
@Section(value = "log", text = "Logging of every process. Files lie in `logs/` of the data folder.")
public record LogSettings(
        @Setting(text = "One line for people, or one JSON object a line.", def = "line")
        Format format,

        @Setting(text = "The least level that is written.", def = "info")
        Level level,

        @Setting(text = "Whether to write to standard output too (systemd, containers).", def = "true")
        boolean console,

        @Setting(text = "Whether to write log files.", def = "true")
        boolean file,

        @Setting(text = "A file is rolled over at this size.", def = "20MiB", min = 65536)
        DataSize fileSize,

        @Setting(text = "How many rolled files are kept.", def = "5", min = 1, max = 1000)
        int filesKept) {
    /** How a line looks. */
    public enum Format {
        /** For people. */
        LINE,
        /** For machines. */
        JSON
    }

    /** Least level. */
    public enum Level {
        /** Everything. */
        DEBUG,
        /** The usual. */
        INFO,
        /** Only what may need a hand. */
        WARN,
        /** Only what has gone wrong. */
        ERROR
    }
}
