/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a worker is no more.
 *
 * @param cause who is to blame
 * @param how one line, for whoever waited for its answer
 * @param detail for those who may know how the function is made: a traceback, the last lines of its output; may be empty
 */
record Ending(Cause cause, String how, String detail) {

    /** Who is to blame. */
    enum Cause {
        /** The function's code: it ended by itself, could not be loaded, or fell silent. */
        CODE,
        /** The code cannot be loaded, as the worker itself has said: there is no use in trying again at once. */
        UNFIT,
        /** Nobody: it was not needed any more, or was ended for a call that ran for too long. */
        OURS,
        /** The container could not be started. */
        MACHINE
    }

    static Ending ours(String how) {
        return new Ending(Cause.OURS, how, "");
    }

    /** The container has ended by itself, or is gone. */
    static Ending ofContainer(@Nullable Integer exitCode, boolean oomKilled, List<String> lastLines) {
        String how = exitCode == null
                ? "The worker's container is gone."
                : "The worker ended with exit code " + exitCode + ".";
        return new Ending(
                Cause.CODE, oomKilled ? "The worker was ended for want of memory." : how, String.join("\n", lastLines));
    }

    /** All that is known. */
    String text() {
        return detail.isEmpty() ? how : how + "\n" + detail;
    }
}
