/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.protocol.worker.FromWorker;
import java.time.Duration;

/** What became of a call. Every call is told exactly one. */
sealed interface Outcome {

    /** The whole answer. */
    record Answered(FromWorker.Answer answer) implements Outcome {}

    /** The beginning of a streamed answer; how it ended is told by the stream. */
    record Streaming(FromWorker.Answer head, AnswerStream rest) implements Outcome {}

    /** The worker says why there is no answer. */
    record Failed(FromWorker.Kind kind, String error, String traceback) implements Outcome {}

    /**
     * It was never given to a worker.
     *
     * @param reason one sentence for the caller
     * @param detail for those who may know how the function is made; may be empty
     */
    record Refused(Why why, String reason, String detail, Duration retryAfter) implements Outcome {}

    /** Why a call was not given to a worker. */
    enum Why {
        /** As many wait as may. */
        FULL,
        /** No worker was ready within the limit. */
        NO_WORKER,
        /** The function's code does not start. */
        PAUSED,
        /** The engine ends. */
        CLOSING
    }

    /** The time that the caller gave is over. */
    record CallerTimeout() implements Outcome {}

    /** It ran for as long as calls of this function may. */
    record RunTimeout() implements Outcome {}

    /** The worker ended in the middle of it. */
    record Died(String how) implements Outcome {}

    /** The caller has gone. */
    record Cancelled() implements Outcome {}
}
