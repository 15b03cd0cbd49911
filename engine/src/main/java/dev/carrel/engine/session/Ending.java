/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.SessionContainer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a container ended by itself, and what that means for the person.
 *
 * @param exitCode null when Docker did not tell
 * @param oomKilled whether memory ran out
 * @param lines the end of its output
 */
record Ending(@Nullable Integer exitCode, boolean oomKilled, List<String> lines) {

    static Ending of(Event.SessionExited event) {
        return new Ending(event.exitCode(), event.oomKilled(), event.lastLines());
    }

    static Ending of(SessionContainer container, List<String> lines) {
        return new Ending(container.exitCode(), container.oomKilled(), lines);
    }

    /** The container is gone without a trace. */
    static Ending vanished() {
        return new Ending(null, false, List.of());
    }

    /** A server that ends with 0 after it was ready was shut down from inside, which is the person's right. */
    boolean intended() {
        return exitCode != null && exitCode == 0 && !oomKilled;
    }

    /** One sentence on a server that ended before it ever answered. */
    String whileStarting() {
        if (oomKilled) {
            return "The server needed more memory than its limit while starting, so the system ended it.";
        }
        return exitCode == null
                ? "The session's container disappeared while it was starting."
                : "The server ended with exit code " + exitCode + " before it answered.";
    }

    /** One sentence on a server that ended after it had been ready. */
    String whileReady() {
        if (oomKilled) {
            return "The session needed more memory than its limit, so the system ended it. Saved files are safe.";
        }
        if (intended()) {
            return "The server was shut down from inside the session.";
        }
        if (exitCode == null || exitCode == 137 || exitCode == 143) {
            return "The session's container was ended from outside. Saved files are safe.";
        }
        return "The server crashed with exit code " + exitCode + ". Saved files are safe.";
    }
}
