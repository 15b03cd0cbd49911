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
    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;

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
        return exitCode != null && exitCode == 0;
    }

    /** Docker remembers a kill for want of memory for as long as the container lives; one that ended as it was told did not end by it. */
    private boolean outOfMemory() {
        return oomKilled && !intended() && (exitCode == null || exitCode != TERMINATED);
    }

    /** Of a server that ended before it ever answered. */
    Reason whileStarting() {
        if (outOfMemory()) {
            return new Reason(
                    Reason.Code.OUT_OF_MEMORY,
                    "The server needed more memory than its limit while starting, so the system ended it.");
        }
        return new Reason(
                Reason.Code.START_FAILED,
                exitCode == null
                        ? "The session's container disappeared while it was starting."
                        : "The server ended with exit code " + exitCode + " before it answered.");
    }

    /** Of a server that ended after it had been ready. */
    Reason whileReady() {
        if (outOfMemory()) {
            return new Reason(
                    Reason.Code.OUT_OF_MEMORY,
                    "The session needed more memory than its limit, so the system ended it.");
        }
        if (intended()) {
            return new Reason(Reason.Code.SHUT_DOWN, "The server was shut down from inside the session.");
        }
        if (exitCode == null || exitCode == KILLED || exitCode == TERMINATED) {
            return new Reason(
                    Reason.Code.LOST, "Its container was stopped, killed or removed by something other than Carrel.");
        }
        return new Reason(Reason.Code.CRASHED, "The server crashed with exit code " + exitCode + ".");
    }
}
