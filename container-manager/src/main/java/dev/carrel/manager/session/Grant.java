/* Copyright the Carrel authors. */
package dev.carrel.manager.session;

import dev.carrel.manager.policy.Policy;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Limits;

/**
 * The limits a session gets.
 *
 * @param memoryBytes memory, swap included
 * @param milliCpus thousandths of a core
 * @param pids processes and threads
 */
record Grant(long memoryBytes, int milliCpus, int pids) {
    /** Less and nothing starts: Docker itself refuses less memory than 6 MiB, a Python server needs more. */
    private static final long LEAST_MEMORY = 32L << 20;

    private static final int LEAST_PIDS = 16;

    /** What is wanted where something is wanted, else all that the policy gives. */
    static Grant of(Limits wanted, Policy.Ceiling most) throws CommandFailure {
        return new Grant(
                within("memory in bytes", wanted.memoryBytes(), LEAST_MEMORY, most.memoryBytes()),
                (int) within("cpu in thousandths of a core", wanted.milliCpus(), 10, most.milliCpus()),
                (int) within("processes", wanted.pids(), LEAST_PIDS, most.pids()));
    }

    private static long within(String what, long wanted, long least, long most) throws CommandFailure {
        if (wanted == 0) {
            return most;
        }
        if (wanted < least || wanted > most) {
            throw new CommandFailure(
                    FailureCode.LIMIT_EXCEEDED,
                    "limit of " + what + ": " + wanted + " (expected: " + least + ".." + most
                            + ", which is what the policy allows)");
        }
        return wanted;
    }
}
