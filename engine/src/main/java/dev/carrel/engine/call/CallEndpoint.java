/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.http.server.BrokenAnswerException;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.worker.FromWorker;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** {@code /function/…}: a call over HTTP whose caller waits for the answer. */
final class CallEndpoint implements Endpoints {
    private static final Pattern CALL_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final Admission admission;
    private final Calls calls;
    private final CallSettings settings;
    private final CallBook book;

    @Inject
    CallEndpoint(Admission admission, Calls calls, CallSettings settings, CallBook book) {
        this.admission = admission;
        this.calls = calls;
        this.settings = settings;
        this.book = book;
    }

    @Override
    public void register(EngineRoutes routes) {
        for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
            routes.addPatient(
                    method,
                    "/function/{call...}",
                    Access.CALL,
                    // Bounded where it is read, so that a refusal names the call.
                    Long.MAX_VALUE,
                    this::handle);
        }
        routes.add("OPTIONS", "/function/{call...}", Access.CALL, admission::preflight);
    }

    private Response handle(Request request) throws Exception {
        return handle(request, CallTarget.of(request.pathSegments("call")), false);
    }

    /**
     * Calls what is named.
     *
     * @param target empty when nothing can have such a name
     * @param asJuliaBox whether what fails is told by JuliaBox's statuses
     */
    Response handle(Request request, Optional<CallTarget> target, boolean asJuliaBox) throws Exception {
        String callId = request.header("x-call-id")
                .filter(id -> CALL_ID.matcher(id).matches())
                .orElseGet(CallEndpoint::freshId);
        int maxBody = (int) Math.min(settings.maxRequest().bytes(), Integer.MAX_VALUE - 8);
        return admission.handle(request, target, callId, maxBody, asked -> called(asked, asJuliaBox));
    }

    private static String freshId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    }

    private Response called(Admission.Admitted asked, boolean asJuliaBox) {
        Calls.Taken taken;
        try {
            taken = calls.take(asked.version(), asked.alias(), asked.ask(), asked.patience());
        } catch (Calls.TooMany _) {
            return CallAnswers.error(
                    429,
                    "function.too-many",
                    "As many calls of this owner's functions are under way as may: " + settings.maxPerOwner() + ".",
                    asked.ask().callId(),
                    "",
                    Duration.ofSeconds(1));
        }
        asked.request().whenClientGone(taken::cancel);
        // No thread waits meanwhile: waking one costs more than all else that is done with an answer.
        return Response.later(taken.outcome(), outcome -> told(asked, taken, outcome, asJuliaBox));
    }

    private Response told(Admission.Admitted asked, Calls.Taken taken, Outcome outcome, boolean asJuliaBox) {
        try {
            Response response = answer(asked, taken, outcome, asJuliaBox)
                    .with("X-Carrel-Version", Long.toString(taken.number()))
                    .with("X-Carrel-Start", taken.cold() ? "cold" : "warm");
            return taken.instance().isEmpty() ? response : response.with("X-Carrel-Instance", taken.instance());
        } catch (RuntimeException e) {
            taken.close();
            throw e;
        }
    }

    private Response answer(Admission.Admitted asked, Calls.Taken taken, Outcome outcome, boolean asJuliaBox) {
        if (outcome instanceof Outcome.Streaming streaming) {
            return streamed(asked, taken, streaming);
        }
        Verdict plain = Verdict.of(outcome, asked.ask().handler(), taken.version(), taken.handlers());
        Verdict verdict = asJuliaBox ? plain.asJuliaBox() : plain;
        Response response = outcome instanceof Outcome.Answered answered
                ? CallAnswers.whole(answered.answer())
                : verdict.response(asked.ask().callId(), asked.owner());
        book.ended(
                taken,
                asked.version(),
                asked.ask(),
                outcome instanceof Outcome.Cancelled ? 499 : response.status(),
                verdict.name());
        return response;
    }

    private Response streamed(Admission.Admitted asked, Calls.Taken taken, Outcome.Streaming streaming) {
        FromWorker.Answer head = streaming.head();
        boolean bodyless = asked.request().method().equals("HEAD") || head.status() == 204 || head.status() == 304;
        if (bodyless) {
            taken.cancel();
            book.ended(taken, asked.version(), asked.ask(), head.status(), "answered");
            return CallAnswers.headOnly(head);
        }
        return CallAnswers.streamed(head, out -> {
            String outcome = "cancelled";
            try {
                String broken = streaming.rest().copyTo(out);
                outcome = broken == null ? "answered" : "broken";
                if (broken != null) {
                    throw new BrokenAnswerException(broken);
                }
            } finally {
                // Ends it at the worker, too, when the client has gone.
                taken.cancel();
                book.ended(
                        taken,
                        asked.version(),
                        asked.ask(),
                        outcome.equals("cancelled") ? 499 : head.status(),
                        outcome);
            }
        });
    }
}
