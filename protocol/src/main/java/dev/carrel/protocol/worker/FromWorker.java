/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says. Each is up to three frames: its name, a JSON object, a body. Unknown members of the object are ignored, so that a newer worker
 * can speak to an older engine.
 */
public sealed interface FromWorker {

    /**
     * The first thing said on a connection.
     *
     * @param protocol 1
     * @param token what the container was started with
     */
    record Hello(int protocol, String token) implements FromWorker {
        @Override
        public String toString() {
            return "Hello[" + protocol + "]";
        }
    }

    /**
     * The function is loaded.
     *
     * @param handlers names that can be called, the first is the default
     * @param credits how many calls it takes at once
     */
    record Ready(List<String> handlers, int credits) implements FromWorker {
        /** Copies the list. */
        public Ready {
            handlers = List.copyOf(handlers);
        }
    }

    /**
     * The function cannot be loaded; the worker ends.
     *
     * @param error one line
     * @param traceback for the owner; may be empty
     */
    record Unfit(String error, String traceback) implements FromWorker {}

    /**
     * A call's whole answer, or the first part of a streamed one. A whole one gives its credit back.
     *
     * @param id the call
     * @param status 200 to 599
     * @param type Content-Type
     * @param headers further headers
     * @param streamed whether {@link Chunk}s and an {@link End} follow
     */
    record Answer(String id, int status, String type, Map<String, String> headers, boolean streamed, byte[] body)
            implements FromWorker {
        /** Copies the headers. */
        public Answer {
            headers = Map.copyOf(headers);
        }

        @Override
        public String toString() {
            return "Answer[" + id + ", " + status + ", " + body.length + " bytes]";
        }
    }

    /** A part of a streamed answer; at most as many as {@link ToWorker.More} allowed. */
    record Chunk(String id, byte[] body) implements FromWorker {
        @Override
        public String toString() {
            return "Chunk[" + id + ", " + body.length + " bytes]";
        }
    }

    /**
     * The end of a streamed answer; gives the call's credit back.
     *
     * @param error null for a good end, else why it broke off
     */
    record End(String id, @Nullable String error) implements FromWorker {}

    /**
     * A call that was not answered; gives its credit back.
     *
     * @param error one line
     * @param traceback for the owner; may be empty
     */
    record Failed(String id, Kind kind, String error, String traceback) implements FromWorker {}

    /** Why a call was not answered. */
    enum Kind {
        /** The handler raised. */
        RAISED,
        /** The handler does not take these arguments. */
        ARGUMENTS,
        /** There is no such handler. */
        UNKNOWN_HANDLER,
        /** What it returned cannot be sent, or is too large. */
        RESULT
    }

    /**
     * What a handler printed.
     *
     * @param id the call; null when no call was under way
     */
    record Log(@Nullable String id, String text) implements FromWorker {}

    /** Alive, with nothing to say. */
    record Beat() implements FromWorker {}

    /** It takes no more calls and ends; said after a drain, when its calls are done. */
    record Bye() implements FromWorker {}
}
