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
    record Refused(Why why, String reason, String detail, Duration retryAfter) implements Outcome {
        static Refused closing() {
            return new Refused(Why.CLOSING, "The service is about to start anew.", "", Duration.ofSeconds(2));
        }

        /** @param most calls that may wait */
        static Refused full(int most) {
            return new Refused(
                    Why.FULL, "As many calls of this function wait as may: " + most + ".", "", Duration.ofSeconds(1));
        }

        /**
         * None took it in time.
         *
         * @param busy whether there are workers
         * @param fault why none could be started; may be empty
         */
        static Refused noWorker(boolean busy, String fault) {
            String reason = busy
                    ? "All workers of this function are at other calls for too long."
                    : "No worker of this function came up in time.";
            return new Refused(Why.NO_WORKER, reason, fault, Duration.ofSeconds(2));
        }
    }

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
