/* Copyright the Carrel authors. */
package dev.carrel.engine.session;

import java.time.Instant;

/** What a session's own server and its container tell of what goes on in it, besides what passes the router. */
sealed interface Usage {
    /**
     * Something runs.
     *
     * @param what for the log
     */
    record Busy(String what) implements Usage {}

    /** Nothing runs; the last sign of life of a kernel or terminal, {@link Instant#MIN} when there is none of them. */
    record Quiet(Instant last) implements Usage {}

    /** It is no Jupyter server, and nothing computes: only traffic can tell whether it is used. */
    record Foreign() implements Usage {}

    /** Its processor time was measured once only, which tells nothing yet. */
    record Unmeasured() implements Usage {}

    /**
     * It could not be found out, so it is not to be taken for idle.
     *
     * @param why for the log
     */
    record Unknown(String why) implements Usage {}
}
