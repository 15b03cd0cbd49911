/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.time.Duration;

/**
 * Work that one engine of the cluster does now and then, the leader. When the leader dies another engine takes over within half a minute, so a run may
 * have been cut short, and a run that goes on past its engine's leadership may overlap with the next leader's: the work must bear being done twice.
 */
public non-sealed interface ClusterTask extends Extension {
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
