/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Duration;

/** Work that every engine does now and then. Runs of one task never overlap; the first comes one interval after the start. */
public non-sealed interface NodeTask extends Extension {
    /** For logs and metrics: a-z 0-9 and dashes. */
    String name();

    /** From the end of a run to the start of the next; at least one second. Asked once. */
    Duration every();

    /** The longest a run may take; then it is interrupted and counted as failed. Asked once. */
    default Duration limit() {
        return Duration.ofMinutes(5);
    }

    /**
     * Does the work.
     *
     * @throws Exception logged; the next run comes in time
     */
    void run() throws Exception;
}
