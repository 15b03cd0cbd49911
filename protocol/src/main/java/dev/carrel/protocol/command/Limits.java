/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

/**
 * What a session or worker may use. A zero means what the policy gives unasked: for a session all that it allows for the image, for a worker what is usual.
 *
 * @param memoryBytes memory; swap is never added
 * @param milliCpus thousandths of a core
 * @param pids processes and threads
 */
public record Limits(long memoryBytes, int milliCpus, int pids) {
    /** All the policy allows. */
    public static final Limits POLICY = new Limits(0, 0, 0);

    /** Refuses negative values. */
    public Limits {
        if (memoryBytes < 0 || milliCpus < 0 || pids < 0) {
            throw new IllegalArgumentException("limits: " + memoryBytes + " bytes, " + milliCpus + " milli-cpus, "
                    + pids + " pids (expected: none negative)");
        }
    }
}
