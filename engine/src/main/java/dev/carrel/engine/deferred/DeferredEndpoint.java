/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.call.Admission;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.web.Access;
import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.Endpoints;
import dev.carrel.engine.web.EngineRoutes;
import dev.carrel.engine.web.Principal;
import dev.carrel.http.outgoing.OutgoingFailure;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code /async-function/…}: calls as {@code /function/…} that are answered at once with where their result will be; and those results. A result is for whoever
 * presents what the call presented: a token of the same user, or, for a call without a token, nothing but its id, which only that caller was told. And for the
 * function's owner.
 */
final class DeferredEndpoint implements Endpoints {
    private static final String RESULT = "/async-result/{call}";
    private static final String READ = "read:functions";
    private static final int MOST = 1000;
    private static final int USUAL = 100;
    private static final Duration LATER = Duration.ofSeconds(10);

    private final Admission admission;
    private final DeferredCalls calls;
    private final DeferredSettings settings;

    @Inject
    DeferredEndpoint(Admission admission, DeferredCalls calls, DeferredSettings settings) {
        this.admission = admission;
        this.calls = calls;
        this.settings = settings;
    }

    @Override
    public void register(EngineRoutes routes) {
        for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
            // Bounded where it is read, so that a refusal names the call.
            routes.addPatient(method, "/async-function/{call...}", Access.CALL, Long.MAX_VALUE, this::handle);
        }
        routes.add("OPTIONS", "/async-function/{call...}", Access.CALL, admission::preflight);
        routes.get(RESULT, Access.CALL, this::result);
        routes.add("DELETE", RESULT, Access.CALL, this::cancel);
        routes.add("OPTIONS", RESULT, Access.CALL, this::preflight);
        routes.get("/hub/api/functions/{owner}/{function}/async-calls", Access.API, this::list);
    }

    private Response handle(Request request) throws Exception {
        String id = DeferredCalls.freshId();
        return admission.handle(request, id, (int) settings.maxRequest().bytes(), this::accept);
    }

    private Response accept(Admission.Admitted asked) {
        String id = asked.ask().callId();
        DeferredCall.AskedBy by = Callers.principal(asked.request()) instanceof Principal.Program program
                ? DeferredCall.AskedBy.user(program.user().name())
                : DeferredCall.AskedBy.NOBODY;
        String callback = asked.request().header("x-callback-url").orElse("");
        try {
            calls.checkCallback(callback);
        } catch (IllegalArgumentException | OutgoingFailure e) {
            throw new HttpFailure(400, "function.callback", "X-Callback-Url: " + e.getMessage());
        }
        return switch (calls.add(asked.version(), asked.ask(), by, asked.patience(), callback)) {
            case YES -> {
                ObjectNode body = JsonNodeFactory.instance.objectNode();
                body.put("call", id).put("state", "waiting").put("result", place(id));
                yield json(202, body).with("Location", place(id));
            }
            case OWNER_FULL ->
                later(
                        429,
                        "function.too-many",
                        "As many asynchronous calls of this owner's functions are without a result as may: "
                                + settings.maxPerOwner() + ".",
                        id);
            case ALL_FULL ->
                later(
                        503,
                        "function.full",
                        "As many asynchronous calls are without a result as may: " + settings.maxWaiting() + ".",
                        id);
            case GONE -> throw new HttpFailure(404, "function.not-found", "There is no such function any more.");
        };
    }

    private static String place(String id) {
        return "/async-result/" + id;
    }

    private static Response later(int status, String code, String message, String id) {
        return Admission.error(status, code, message, id, LATER);
    }

    /** The call, if whoever asks may have its result; the same for one that is not there. */
    private DeferredCall mine(Request request) {
        Optional<DeferredCall> call = calls.find(request.pathParameter("call"));
        return call.filter(there -> owner(request, there) || caller(request, there))
                .orElseThrow(() -> new HttpFailure(
                        404,
                        "function.no-result",
                        "There is no such call, its result is not kept any longer, or it is not yours: "
                                + "send a token of whoever called."));
    }

    private static boolean caller(Request request, DeferredCall call) {
        if (call.by().anonymous()) {
            return true;
        }
        return Callers.principal(request) instanceof Principal.Program program
                && call.by().user().filter(program.user().name()::equals).isPresent()
                && program.rights().may("call:functions", program.user().name());
    }

    private static boolean owner(Request request, DeferredCall call) {
        return Callers.principal(request) instanceof Principal.Program program
                && program.rights().may(READ, call.target().function().owner());
    }

    /** What is answered about a call to whoever may have its result, as the function's own answers are shown. */
    private Response ofMine(Request request, Function<DeferredCall, Response> answer) {
        String id = request.pathParameter("call");
        DeferredCall call;
        try {
            call = mine(request);
        } catch (HttpFailure failure) {
            return Admission.error(failure.status(), failure.code(), failure.text(), id, Duration.ZERO)
                    .withContentSecurityPolicy("sandbox");
        }
        return admission.shown(answer.apply(call), request, call.target().function(), id);
    }

    private Response result(Request request) {
        return ofMine(
                request,
                call -> calls.result(call)
                        .map(result -> result.response(call.id(), owner(request, call))
                                .with("X-Function-Status", Integer.toString(result.status()))
                                .with("X-Carrel-Version", Long.toString(result.version())))
                        .orElseGet(() -> json(202, state(call)).with("Retry-After", "1"))
                        .with("X-Carrel-State", name(call.progress().state()))
                        .uncached());
    }

    private Response cancel(Request request) {
        return ofMine(request, call -> {
            calls.remove(call);
            return Response.empty(204);
        });
    }

    private Response preflight(Request request) {
        return calls.find(request.pathParameter("call"))
                .map(call -> admission.preflight(request, call.target().function()))
                .orElseGet(() -> Response.empty(204));
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static ObjectNode state(DeferredCall call) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("call", call.id())
                .put("state", name(call.progress().state()))
                .put("accepted", call.accepted().toString())
                .put("attempts", call.progress().attempts());
        return node;
    }

    private Response list(Request request) {
        FunctionId function;
        try {
            UserName owner = UserName.of(request.pathParameter("owner"));
            if (!Callers.rights(request).may(READ, owner)) {
                throw unknown();
            }
            function = new FunctionId(owner, new FunctionName(request.pathParameter("function")));
        } catch (IllegalArgumentException _) {
            throw unknown();
        }
        if (!calls.exists(function)) {
            throw unknown();
        }
        String limit = request.query().first("limit").orElse(Integer.toString(USUAL));
        if (!limit.matches("\\d{1,4}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MOST) {
            throw new HttpFailure(
                    400, "query", "limit: " + Printable.quote(limit) + " (expected: a number from 1 to " + MOST + ")");
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode array = body.putArray("calls");
        for (DeferredCall call : calls.of(function, Integer.parseInt(limit))) {
            array.add(told(call));
        }
        return json(200, body);
    }

    private static HttpFailure unknown() {
        return new HttpFailure(404, "function.not-found", "No such function, or no right to " + READ + " of it.");
    }

    /** All that the function's owner is told of a call. */
    private static ObjectNode told(DeferredCall call) {
        ObjectNode node = state(call);
        node.put("handler", call.target().handler());
        node.put("version", call.target().version());
        node.put("caller", call.by().user().map(UserName::value).orElse(""));
        Instant scheduled = call.by().scheduled();
        if (scheduled != null) {
            node.put("scheduled", scheduled.toString());
        }
        DeferredCall.End end = call.end();
        if (end != null) {
            node.put("ended", end.at().toString()).put("status", end.status()).put("code", end.code());
        }
        DeferredCall.Callback callback = call.callback();
        if (callback != null) {
            ObjectNode sent = node.putObject("callback");
            sent.put("state", name(callback.delivery())).put("tries", callback.tries());
            sent.put("fault", callback.fault());
            if (call.ended() && callback.delivery() == DeferredCall.Delivery.WAITING) {
                sent.put("next", callback.due().toString());
            }
        }
        Instant deadline = call.deadline();
        if (deadline != null) {
            node.put("deadline", deadline.toString());
        }
        return node;
    }

    private static Response json(int status, ObjectNode body) {
        return Response.json(status, body.toString().getBytes(StandardCharsets.UTF_8))
                .uncached();
    }
}
