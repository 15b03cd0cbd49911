/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.engine.web.Principal;
import dev.carrel.http.server.BrokenAnswerException;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.worker.FromWorker;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code /function/…}: a call over HTTP. Every answer says which call it answers, and every error what was wrong and where. */
final class CallEndpoint implements Endpoints {
    private static final Pattern CALL_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern TIMEOUT = Pattern.compile("(\\d{1,9})(ms|s)?");
    private static final long PATIENT = Long.MAX_VALUE;

    private final Functions functions;
    private final Calls calls;
    private final CallSettings settings;
    private final CallRates rates = new CallRates();
    private final CallMeters meters;
    private final Journals journals;
    private final Time time;

    /** For spans, and for people. */
    record Time(LongSupplier nanos, Clock clock) {}

    @Inject
    CallEndpoint(
            Functions functions, Calls calls, CallSettings settings, CallMeters meters, Journals journals, Time time) {
        this.functions = functions;
        this.calls = calls;
        this.settings = settings;
        this.meters = meters;
        this.journals = journals;
        this.time = time;
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
        routes.add("OPTIONS", "/function/{call...}", Access.CALL, this::preflight);
    }

    /** A call as its caller sees it. */
    private record Asked(Request request, CallTarget target, FunctionVersion version, String callId, boolean owner) {}

    private Response handle(Request request) throws Exception {
        String callId = request.header("x-call-id")
                .filter(id -> CALL_ID.matcher(id).matches())
                .orElseGet(CallEndpoint::freshId);
        Optional<CallTarget> target = CallTarget.of(request.pathSegments("call"));
        Optional<FunctionVersion> version = target.flatMap(t -> functions.find(t.function(), t.alias()));
        List<String> origins = version.map(v -> v.spec().access().origins()).orElse(List.of());
        Response response;
        try {
            response = target.isPresent() && version.isPresent()
                    ? admitted(request, target.get(), version.get(), callId)
                    : unknown(request, callId);
        } catch (HttpFailure failure) {
            response = CallAnswers.error(failure.status(), failure.code(), failure.text(), callId, "", Duration.ZERO);
        }
        response = response.withContentSecurityPolicy("sandbox").with("X-Call-Id", callId);
        return Cors.allow(response, request, origins);
    }

    private Response preflight(Request request) {
        List<String> origins = CallTarget.of(request.pathSegments("call"))
                .flatMap(t -> functions.find(t.function(), t.alias()))
                .map(v -> v.spec().access().origins())
                .orElse(List.of());
        return Cors.preflight(request, origins);
    }

    private static String freshId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    }

    /** The same for what is not there and for what the caller may not know of. */
    private static Response unknown(Request request, String callId) {
        boolean anonymous = Callers.principal(request) instanceof Principal.Anonymous;
        return CallAnswers.error(
                404,
                "function.not-found",
                "There is no such function"
                        + (anonymous
                                ? ", or it is not public: send a token of somebody who may call it."
                                : ", or you may not call it."),
                callId,
                "",
                Duration.ZERO);
    }

    private Response admitted(Request request, CallTarget target, FunctionVersion version, String callId)
            throws Exception {
        Principal principal = Callers.principal(request);
        UserName owner = version.function().owner();
        boolean owned = principal instanceof Principal.Program program
                && program.user().name().equals(owner);
        Optional<Response> refused = refuse(request, version, principal, owned, callId);
        if (refused.isPresent()) {
            return refused.get();
        }
        double perSecond = version.spec().access().perSecond();
        if (perSecond > 0) {
            String caller = principal instanceof Principal.Program program
                    ? "user " + program.user().name()
                    : Callers.caller(request).remote();
            Duration wait = rates.take(
                    version.function(), caller, perSecond, time.nanos().getAsLong());
            if (!wait.isZero()) {
                return CallAnswers.error(
                        429,
                        "function.rate",
                        "You call this function more than " + perSecond + " times a second.",
                        callId,
                        "",
                        wait);
            }
        }
        return called(new Asked(request, target, version, callId, owned));
    }

    private static Optional<Response> refuse(
            Request request, FunctionVersion version, Principal principal, boolean owned, String callId) {
        FunctionSpec.CallAccess access = version.spec().access();
        if (access.visibility() == FunctionSpec.Visibility.PUBLIC) {
            return Optional.empty();
        }
        boolean named = principal instanceof Principal.Program program
                && access.visibility() == FunctionSpec.Visibility.USERS
                && access.users().contains(program.user().name().value());
        if (principal instanceof Principal.Program program && (owned || named)) {
            // One's own right to call, as far as the token has it.
            return program.rights().may("call:functions", program.user().name())
                    ? Optional.empty()
                    : Optional.of(CallAnswers.error(
                            403,
                            "function.forbidden",
                            "This token does not let you call functions; requires any of [call:functions].",
                            callId,
                            "",
                            Duration.ZERO));
        }
        if (access.visibility() == FunctionSpec.Visibility.PRIVATE) {
            return Optional.of(unknown(request, callId));
        }
        if (request.header("authorization").isPresent()) {
            return Optional.of(CallAnswers.error(
                    403,
                    "function.forbidden",
                    "This function is for named users, and this token is of none of them or not valid.",
                    callId,
                    "",
                    Duration.ZERO));
        }
        return Optional.of(CallAnswers.error(
                        401,
                        "function.credentials",
                        "This function is for named users: send a token as Authorization: Bearer.",
                        callId,
                        "",
                        Duration.ZERO)
                .with("WWW-Authenticate", "Bearer realm=\"functions\""));
    }

    private Response called(Asked asked) throws IOException, InterruptedException {
        CallTarget target = asked.target();
        long patience = patience(asked.request());
        List<String> handlers = calls.handlers(asked.version());
        if (!target.handler().isEmpty() && !handlers.isEmpty() && !handlers.contains(target.handler())) {
            return told(asked, Verdict.noHandler(target.handler(), handlers));
        }
        int maxBody = (int) Math.min(settings.maxRequest().bytes(), Integer.MAX_VALUE - 8);
        Ask ask = CallArguments.read(asked.request(), target, asked.callId(), maxBody);
        Calls.Taken taken;
        try {
            taken = calls.take(asked.version(), target.alias(), ask, patience);
        } catch (Calls.TooMany _) {
            return CallAnswers.error(
                    429,
                    "function.too-many",
                    "As many calls of this owner's functions are under way as may: " + settings.maxPerOwner() + ".",
                    asked.callId(),
                    "",
                    Duration.ofSeconds(1));
        }
        asked.request().whenClientGone(taken::cancel);
        Outcome outcome;
        try {
            outcome = taken.await();
        } catch (InterruptedException e) {
            taken.cancel();
            taken.close();
            throw e;
        }
        return answer(asked, taken, outcome)
                .with("X-Carrel-Version", Long.toString(taken.version().number()))
                .with("X-Carrel-Start", taken.cold() ? "cold" : "warm");
    }

    private static long patience(Request request) {
        Optional<String> text = request.header("x-timeout");
        if (text.isEmpty()) {
            return PATIENT;
        }
        Matcher matcher = TIMEOUT.matcher(text.get().strip());
        long amount = matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
        if (amount == 0) {
            throw new HttpFailure(
                    400,
                    "function.timeout",
                    "X-Timeout: " + Printable.quote(text.get()) + " (expected: a time above 0, as 2s or 500ms)");
        }
        boolean millis = "ms".equals(matcher.group(2));
        return (millis ? Duration.ofMillis(amount) : Duration.ofSeconds(amount)).toNanos();
    }

    private Response answer(Asked asked, Calls.Taken taken, Outcome outcome) {
        if (outcome instanceof Outcome.Streaming streaming) {
            return streamed(asked, taken, streaming);
        }
        Verdict verdict = Verdict.of(outcome, asked.target().handler(), taken.version(), taken.handlers());
        Response response = outcome instanceof Outcome.Answered answered
                ? CallAnswers.whole(answered.answer())
                : told(asked, verdict);
        done(asked, taken, outcome instanceof Outcome.Cancelled ? 499 : response.status(), verdict.name());
        return response;
    }

    private static Response told(Asked asked, Verdict verdict) {
        return CallAnswers.error(
                verdict.status(),
                verdict.code(),
                verdict.message(),
                asked.callId(),
                asked.owner() ? verdict.detail() : "",
                verdict.retryAfter());
    }

    private Response streamed(Asked asked, Calls.Taken taken, Outcome.Streaming streaming) {
        FromWorker.Answer head = streaming.head();
        boolean bodyless = asked.request().method().equals("HEAD") || head.status() == 204 || head.status() == 304;
        if (bodyless) {
            taken.cancel();
            done(asked, taken, head.status(), "answered");
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
                done(asked, taken, outcome.equals("cancelled") ? 499 : head.status(), outcome);
            }
        });
    }

    private void done(Asked asked, Calls.Taken taken, int status, String outcome) {
        taken.close();
        long age = taken.age();
        meters.ended(asked.version().function(), outcome, taken.cold(), age);
        journals.of(asked.version().function())
                .done(
                        new Journal.Done(
                                asked.callId(),
                                time.clock().instant(),
                                asked.target().handler(),
                                taken.version().number(),
                                status,
                                age / 1_000_000,
                                taken.cold()),
                        !outcome.equals("answered"),
                        taken.busy());
    }
}
