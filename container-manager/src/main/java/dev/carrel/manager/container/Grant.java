/* Copyright the Carrel authors. */
package dev.carrel.manager.container;

import dev.carrel.manager.policy.Policy;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Limits;

/**
 * The limits a session or worker gets.
 *
 * @param memoryBytes memory, swap included
 * @param milliCpus thousandths of a core
 * @param pids processes and threads
 */
public record Grant(long memoryBytes, int milliCpus, int pids) {
    /** Less and nothing starts: Docker itself refuses less memory than 6 MiB, a Python server needs more. */
    private static final long LEAST_MEMORY = 32L << 20;

    private static final int LEAST_PIDS = 16;

    /** What is wanted where something is wanted, else all that the policy gives. */
    public static Grant of(Limits wanted, Policy.Ceiling most) throws CommandFailure {
        return of(wanted, most, most);
    }

    /** What is wanted where something is wanted, else what is usual. */
    public static Grant of(Limits wanted, Policy.Ceiling usual, Policy.Ceiling most) throws CommandFailure {
        check("memory in bytes", wanted.memoryBytes(), LEAST_MEMORY, most.memoryBytes());
        check("cpu in thousandths of a core", wanted.milliCpus(), 10, most.milliCpus());
        check("processes", wanted.pids(), LEAST_PIDS, most.pids());
        return new Grant(
                wanted.memoryBytes() == 0 ? usual.memoryBytes() : wanted.memoryBytes(),
                wanted.milliCpus() == 0 ? usual.milliCpus() : wanted.milliCpus(),
                wanted.pids() == 0 ? usual.pids() : wanted.pids());
    }

    private static void check(String what, long wanted, long least, long most) throws CommandFailure {
        if (wanted == 0) {
            return;
        }
        if (wanted < least || wanted > most) {
            throw new CommandFailure(
                    FailureCode.LIMIT_EXCEEDED,
                    "limit of " + what + ": " + wanted + " (expected: " + least + ".." + most
                            + ", which is what the policy allows)");
        }
    }
}
