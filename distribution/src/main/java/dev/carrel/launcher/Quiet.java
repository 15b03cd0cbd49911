/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.log.LogSettings;
import dev.carrel.chassis.log.LogSetup;
import dev.carrel.chassis.settings.DataSize;
import java.nio.file.Path;

/** Keeps libraries from logging onto the terminal of a short command. */
final class Quiet {
    private Quiet() {}

    static void apply() {
        LogSetup.apply(
                new LogSettings(
                        LogSettings.Format.LINE, LogSettings.Level.WARN, false, false, DataSize.parse("1MiB"), 1),
                Path.of("."),
                "launcher");
    }
}
