/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.Printable;
import java.time.Duration;
import java.util.List;

/**
 * How an outcome is told in HTTP.
 *
 * @param code a word for programs
 * @param message one sentence, for every caller
 * @param detail for the owner alone: a traceback, or why its code does not start; may be empty
 * @param retryAfter zero for no such header
 * @param name of the outcome, in metrics
 */
record Verdict(int status, String code, String message, String detail, Duration retryAfter, String name) {

    /**
     * Of an outcome; of an answer only its status and name.
     *
     * @param handler that was asked for
     * @param handlers those that there are
     */
    static Verdict of(Outcome outcome, String handler, FunctionVersion version, List<String> handlers) {
        return switch (outcome) {
            case Outcome.Answered answered -> plain(answered.answer().status(), "", "", "answered");
            case Outcome.Streaming streaming -> plain(streaming.head().status(), "", "", "answered");
            case Outcome.Failed failed -> failed(failed, handler, handlers);
            case Outcome.Refused refused -> refused(refused);
            case Outcome.CallerTimeout _ ->
                plain(408, "function.caller-timeout", "The time that you gave by X-Timeout is over.", "caller-timeout");
            case Outcome.RunTimeout _ ->
                plain(
                        504,
                        "function.timeout",
                        "The call ran for longer than calls of this function may: "
                                + version.spec().limits().timeout().toMillis() + " ms. It was ended.",
                        "timeout");
            case Outcome.Died died -> plain(502, "function.worker-died", died.how(), "died");
            // Nobody is there to read it.
            case Outcome.Cancelled _ -> plain(503, "function.cancelled", "The caller has gone.", "cancelled");
        };
    }

    /** There is no such handler among those that there are. */
    static Verdict noHandler(String handler, List<String> handlers) {
        return plain(
                404,
                "function.handler",
                "handler: " + Printable.quote(handler) + " (expected: one of " + String.join(", ", handlers) + ")",
                "bad-request");
    }

    private static Verdict plain(int status, String code, String message, String name) {
        return new Verdict(status, code, message, "", Duration.ZERO, name);
    }

    private static Verdict failed(Outcome.Failed failed, String handler, List<String> handlers) {
        return switch (failed.kind()) {
            case RAISED ->
                new Verdict(422, "function.raised", failed.error(), failed.traceback(), Duration.ZERO, "raised");
            case RESULT ->
                new Verdict(422, "function.result", failed.error(), failed.traceback(), Duration.ZERO, "bad-request");
            case ARGUMENTS ->
                new Verdict(
                        400, "function.arguments", failed.error(), failed.traceback(), Duration.ZERO, "bad-request");
            case UNKNOWN_HANDLER ->
                handlers.isEmpty()
                        ? plain(404, "function.handler", failed.error(), "bad-request")
                        : noHandler(handler, handlers);
        };
    }

    private static Verdict refused(Outcome.Refused refused) {
        String code = switch (refused.why()) {
            case FULL -> "function.full";
            case NO_WORKER -> "function.no-worker";
            case PAUSED -> "function.paused";
            case CLOSING -> "function.closing";
        };
        return new Verdict(
                503,
                code,
                refused.reason(),
                refused.detail(),
                refused.retryAfter(),
                refused.why() == Outcome.Why.PAUSED ? "paused" : "refused");
    }

    /** By the statuses that JuliaBox's callers know: 408 for what ran too long, 500 for what the function raised. */
    Verdict asJuliaBox() {
        int other = switch (code) {
            case "function.timeout" -> 408;
            case "function.raised" -> 500;
            default -> status;
        };
        return new Verdict(other, code, message, detail, retryAfter, name);
    }

    /** Message and detail, as the owner may read them. */
    String forOwner() {
        return detail.isEmpty() ? message : message + "\n\n" + detail;
    }

    /** An error as a caller gets it; its owner with the detail. */
    Response response(String callId, boolean owner) {
        return CallAnswers.error(status, code, message, callId, owner ? detail : "", retryAfter);
    }
}
