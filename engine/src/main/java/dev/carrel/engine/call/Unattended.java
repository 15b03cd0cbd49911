/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.worker.FromWorker;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Calls at whose other end nobody waits: the whole answer is gathered, and told apart from what may be tried again. Thread-safe. */
public final class Unattended {
    private static final int LONGEST_HEADERS = 16 * 1024;
    private static final String BROKEN = "function.broken";

    private final Calls calls;
    private final CallBook book;

    @Inject
    Unattended(Calls calls, CallBook book) {
        this.calls = calls;
        this.book = book;
    }

    /** What came of an attempt. */
    public sealed interface Result {}

    /**
     * It stands: what the function answered, or why it did not and would not the next time either.
     *
     * @param version that served it
     * @param headers of the function's answer
     * @param code empty for an answer of the function, else a word for programs
     * @param message one sentence for the caller, when there is a code
     * @param detail for the owner alone; may be empty
     */
    public record Final(
            long version,
            int status,
            String type,
            Map<String, String> headers,
            byte[] body,
            String code,
            String message,
            String detail)
            implements Result {
        /** Copies the headers. */
        public Final {
            headers = Map.copyOf(headers);
        }

        /** One that nothing served. */
        public static Final refused(int status, String code, String message, String detail) {
            return new Final(0, status, "", Map.of(), new byte[0], code, message, detail);
        }

        /** Whether the function has answered. */
        public boolean answered() {
            return code.isEmpty();
        }

        /** Its Content-Type. */
        public String contentType() {
            return answered() ? CallAnswers.type(type) : "application/json";
        }

        /** Its body for whoever is not the owner. */
        public byte[] content(String callId) {
            return answered() ? body : CallAnswers.errorBody(status, code, message, callId, "");
        }

        /** As its caller gets it; its owner with the detail. */
        public Response response(String callId, boolean owner) {
            return answered()
                    ? CallAnswers.whole(new FromWorker.Answer(callId, status, type, headers, false, body))
                    : CallAnswers.error(status, code, message, callId, owner ? detail : "", Duration.ZERO);
        }
    }

    /**
     * It may have begun, and may be repeated.
     *
     * @param otherwise what stands when it is not
     */
    public record Broken(Final otherwise) implements Result {}

    /**
     * It never began.
     *
     * @param retryAfter how long to wait at least; may be zero
     * @param otherwise what stands when it is not tried again
     */
    public record Postponed(Duration retryAfter, Final otherwise) implements Result {}

    /** It was called off, from here or because the engine ends. */
    public record CalledOff() implements Result {}

    /** An attempt under way. One thread awaits it; any thread calls it off. */
    public static final class Attempt {
        private final Calls.Taken taken;
        private final AtomicBoolean calledOff = new AtomicBoolean();

        private Attempt(Calls.Taken taken) {
            this.taken = taken;
        }

        /** Nobody wants its result any more. */
        public void callOff() {
            calledOff.set(true);
            taken.cancel();
        }
    }

    /**
     * Begins an attempt. {@link #await} must follow.
     *
     * @param alias empty when it is the active version
     * @param patience nanoseconds, or {@link Admission#PATIENT}
     * @return empty when the owner's functions have as many calls under way as they may
     */
    public Optional<Attempt> begin(FunctionVersion version, String alias, Ask ask, long patience) {
        try {
            return Optional.of(new Attempt(calls.take(version, alias, ask, patience)));
        } catch (Calls.TooMany _) {
            return Optional.empty();
        }
    }

    /** Whether another instance had better begin a call of this version: it has room, and we have not. */
    public boolean crowded(FunctionVersion version) {
        return calls.crowded(version);
    }

    /**
     * Waits for what comes of an attempt; there is a deadline to everything, so this ends.
     *
     * @param maxBody the most bytes that an answer may have
     */
    public Result await(Attempt attempt, FunctionVersion version, Ask ask, int maxBody) throws InterruptedException {
        Calls.Taken taken = attempt.taken;
        Result result = new CalledOff();
        String name = "cancelled";
        int status = 499;
        try {
            Outcome outcome = taken.await();
            Verdict verdict = Verdict.of(outcome, ask.handler(), taken.version(), taken.handlers());
            result = outcome instanceof Outcome.Streaming streaming
                    ? gathered(attempt, streaming, maxBody)
                    : judged(taken.number(), outcome, verdict, maxBody);
            if (attempt.calledOff.get() && !(result instanceof Final)) {
                result = new CalledOff();
            }
            boolean spoilt =
                    outcome instanceof Outcome.Streaming || verdict.name().equals("answered");
            name = spoilt && !answered(result) ? "broken" : verdict.name();
            status = switch (result) {
                case CalledOff _ -> 499;
                case Final stands -> stands.status();
                case Broken _, Postponed _ -> verdict.status();
            };
        } finally {
            taken.cancel();
            book.ended(taken, version, ask, status, name);
        }
        return result;
    }

    private static boolean answered(Result result) {
        return result instanceof Final stands && stands.answered();
    }

    private static Result judged(long number, Outcome outcome, Verdict verdict, int maxBody) {
        Final stands = new Final(
                number,
                verdict.status(),
                "",
                Map.of(),
                new byte[0],
                verdict.code(),
                verdict.message(),
                verdict.detail());
        return switch (outcome) {
            case Outcome.Answered(FromWorker.Answer answer) ->
                answer.body().length > maxBody ? tooLarge(number, maxBody) : whole(number, answer, answer.body());
            case Outcome.Died _ -> new Broken(stands);
            case Outcome.Refused refused -> new Postponed(refused.retryAfter(), stands);
            case Outcome.Cancelled _ -> new CalledOff();
            case Outcome.Streaming _, Outcome.Failed _, Outcome.CallerTimeout _, Outcome.RunTimeout _ -> stands;
        };
    }

    private static Final whole(long number, FromWorker.Answer head, byte[] body) {
        int size = 0;
        for (Map.Entry<String, String> header : head.headers().entrySet()) {
            size += header.getKey().length() + header.getValue().length();
        }
        Map<String, String> headers = size > LONGEST_HEADERS ? Map.of() : head.headers();
        return new Final(number, Math.clamp(head.status(), 200, 599), head.type(), headers, body, "", "", "");
    }

    private static Final tooLarge(long number, int maxBody) {
        String message = "The answer is too large to be kept (expected: at most " + maxBody + " bytes).";
        return new Final(number, 422, "", Map.of(), new byte[0], "function.result", message, "");
    }

    private static Result gathered(Attempt attempt, Outcome.Streaming streaming, int maxBody)
            throws InterruptedException {
        long number = attempt.taken.number();
        BoundedBody body = new BoundedBody(maxBody);
        String broken;
        try {
            broken = streaming.rest().copyTo(body);
        } catch (IOException _) {
            return tooLarge(number, maxBody);
        }
        if (broken == null) {
            return whole(number, streaming.head(), body.kept());
        }
        if (attempt.calledOff.get()) {
            return new CalledOff();
        }
        Final stands = new Final(number, 502, "", Map.of(), new byte[0], BROKEN, "The answer broke off: " + broken, "");
        return attempt.taken.orphaned() ? new Broken(stands) : stands;
    }
}
