/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Functions;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Principal;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.UserName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What every call over HTTP goes through before it is one: the function is there, the caller may call it and does not do so too often, and what is handed over
 * can be read. Every answer says which call it answers, and every error what was wrong and where. Thread-safe.
 */
public final class Admission {
    /** The caller waits for as long as it takes. */
    public static final long PATIENT = Long.MAX_VALUE;

    private static final Pattern TIMEOUT = Pattern.compile("(\\d{1,9})(ms|s)?");

    private final Functions functions;
    private final Calls calls;
    private final CallRates rates = new CallRates();
    private final LongSupplier nanos;

    Admission(Functions functions, Calls calls, LongSupplier nanos) {
        this.functions = functions;
        this.calls = calls;
        this.nanos = nanos;
    }

    /**
     * A call that may be made.
     *
     * @param alias by which the version was asked for; empty for the active one
     * @param owner whether the function is the caller's own
     * @param patience nanoseconds that the caller waits, or {@link #PATIENT}
     */
    public record Admitted(
            Request request, FunctionVersion version, String alias, Ask ask, boolean owner, long patience) {}

    /** What is done with a call that may be made. */
    @FunctionalInterface
    public interface Work {
        /** Its answer. */
        Response of(Admitted admitted) throws Exception;
    }

    /**
     * Answers a call.
     *
     * @param callId by which the caller knows it
     * @param maxBody bytes
     */
    public Response handle(Request request, String callId, int maxBody, Work work) throws Exception {
        return handle(request, CallTarget.of(request.pathSegments("call")), callId, maxBody, work);
    }

    /** The same for what was found by another way; empty when nothing can have such a name. */
    Response handle(Request request, Optional<CallTarget> target, String callId, int maxBody, Work work)
            throws Exception {
        Optional<FunctionVersion> version = target.flatMap(t -> functions.find(t.function(), t.alias()));
        List<String> origins = version.map(v -> v.spec().access().origins()).orElse(List.of());
        Response response;
        try {
            response = target.isPresent() && version.isPresent()
                    ? admitted(request, target.get(), version.get(), callId, maxBody, work)
                    : unknown(request, callId);
        } catch (HttpFailure failure) {
            response = CallAnswers.error(failure, callId);
        }
        return shown(response, request, origins, callId);
    }

    private static Response shown(Response response, Request request, List<String> origins, String callId) {
        return Cors.allow(response.withContentSecurityPolicy("sandbox").with("X-Call-Id", callId), request, origins);
    }

    /** An answer about a call of this function, as {@link #handle} gives it: harmless on the site's host, and for the pages that may call. */
    public Response shown(Response response, Request request, FunctionId function, String callId) {
        return shown(response, request, origins(function, ""), callId);
    }

    private List<String> origins(FunctionId function, String alias) {
        return functions
                .find(function, alias)
                .map(v -> v.spec().access().origins())
                .orElse(List.of());
    }

    /** Answers a browser that asks whether a page of elsewhere may ask about a call of this function. */
    public Response preflight(Request request, FunctionId function) {
        return Cors.preflight(request, origins(function, ""));
    }

    /**
     * An error in JSON.
     *
     * @param retryAfter zero for no such header
     */
    public static Response error(int status, String code, String message, String callId, Duration retryAfter) {
        return CallAnswers.error(status, code, message, callId, "", retryAfter);
    }

    /** Answers a browser that asks whether a page of elsewhere may call. */
    public Response preflight(Request request) {
        return preflight(request, CallTarget.of(request.pathSegments("call")));
    }

    Response preflight(Request request, Optional<CallTarget> target) {
        List<String> origins = target.map(t -> origins(t.function(), t.alias())).orElse(List.of());
        return Cors.preflight(request, origins);
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

    private Response admitted(
            Request request, CallTarget target, FunctionVersion version, String callId, int maxBody, Work work)
            throws Exception {
        Principal principal = Callers.principal(request);
        UserName owner = version.function().owner();
        boolean owned = principal instanceof Principal.Program program
                && program.user().name().equals(owner);
        Optional<Response> refused = refuse(request, version, principal, owned, callId)
                .or(() -> tooOften(request, version, principal, callId));
        if (refused.isPresent()) {
            return refused.get();
        }
        long patience = patience(request);
        List<String> handlers = calls.handlers(version);
        if (!target.handler().isEmpty() && !handlers.isEmpty() && !handlers.contains(target.handler())) {
            return Verdict.noHandler(target.handler(), handlers).response(callId, owned);
        }
        Ask ask = CallArguments.read(request, target, callId, maxBody);
        return work.of(new Admitted(request, version, target.alias(), ask, owned, patience));
    }

    private Optional<Response> tooOften(Request request, FunctionVersion version, Principal principal, String callId) {
        double perSecond = version.spec().access().perSecond();
        if (perSecond <= 0) {
            return Optional.empty();
        }
        String caller = principal instanceof Principal.Program program
                ? "user " + program.user().name()
                : Callers.caller(request).remote();
        Duration wait = rates.take(version.function(), caller, perSecond, nanos.getAsLong());
        return wait.isZero()
                ? Optional.empty()
                : Optional.of(CallAnswers.error(
                        429,
                        "function.rate",
                        "You call this function more than " + perSecond + " times a second.",
                        callId,
                        "",
                        wait));
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
}
