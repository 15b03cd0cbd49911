/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.engine.administration.LocalAdministration;
import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine.Command;

/** The half of {@code carrel down --sessions} that works on the database. */
@Command(name = "stop-sessions", hidden = true)
final class StopSessions extends UserCommand.OnDatabase {
    @Override
    void work(LocalAdministration administration, PrintWriter out) {
        int left = administration.stopSessions(Duration.ofSeconds(60));
        if (left > 0) {
            throw new LauncherException(left + " sessions still run after 60 s");
        }
    }
}
