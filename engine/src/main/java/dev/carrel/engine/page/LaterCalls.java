/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.call.Admission;
import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Trials;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.deferred.DeferredCall;
import dev.carrel.engine.deferred.DeferredCalls;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.protocol.name.UserName;
import dev.carrel.ui.FunctionPage;
import dev.carrel.ui.Moment;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The asynchronous calls of a function, as its owner sees them on its page. */
final class LaterCalls {
    private static final int ROWS = 30;

    private final DeferredCalls calls;

    @Inject
    LaterCalls(DeferredCalls calls) {
        this.calls = calls;
    }

    /** @param result the id of the call whose result is shown; empty for none */
    FunctionPage.Later shown(FunctionId function, String result) {
        return new FunctionPage.Later(
                calls.of(function, ROWS).stream().map(LaterCalls::row).toList(),
                result.isEmpty() ? null : result(function, result));
    }

    private static FunctionPage.LaterRow row(DeferredCall call) {
        Instant scheduled = call.by().scheduled();
        return new FunctionPage.LaterRow(
                call.id(),
                Moment.of(call.accepted()),
                by(call.by()),
                scheduled == null ? null : Moment.of(scheduled),
                call.target().handler(),
                state(call),
                outcome(call),
                call.progress().attempts());
    }

    private static String by(DeferredCall.AskedBy by) {
        String nobody = by.anonymous() ? "somebody without a token" : "somebody who is gone";
        return by.user().map(UserName::value).orElse(nobody);
    }

    private static FunctionPage.LaterState state(DeferredCall call) {
        return switch (call.progress().state()) {
            case WAITING -> FunctionPage.LaterState.WAITING;
            case RUNNING -> FunctionPage.LaterState.RUNNING;
            case DONE -> FunctionPage.LaterState.DONE;
            case FAILED -> FunctionPage.LaterState.FAILED;
        };
    }

    private static String outcome(DeferredCall call) {
        DeferredCall.End end = call.end();
        return end == null ? "" : Integer.toString(end.status());
    }

    private Optional<DeferredCall> find(FunctionId function, String id) {
        return calls.find(id).filter(call -> call.target().function().equals(function));
    }

    private FunctionPage.Result result(FunctionId function, String id) {
        return find(function, id)
                .map(call -> {
                    Optional<Unattended.Final> result = calls.result(call);
                    return new FunctionPage.Result(
                            id,
                            state(call).word(),
                            result.isPresent() ? outcome(call) : "",
                            result.map(Trials::shown).orElse(""));
                })
                .orElseGet(() -> new FunctionPage.Result(id, "", "", ""));
    }

    /**
     * Takes a call of the owner; its id.
     *
     * @throws Refusal too many
     */
    String take(FunctionVersion version, String handler, List<String> arguments) {
        String id = DeferredCalls.freshId();
        Ask ask = Trials.ask(id, handler, arguments);
        DeferredCall.AskedBy by = DeferredCall.AskedBy.user(version.function().owner());
        return switch (calls.add(version, ask, by, Admission.PATIENT, "")) {
            case YES -> id;
            case OWNER_FULL ->
                throw new Refusal(
                        Refusal.Kind.CONFLICT, "As many calls of your functions are without a result as may.");
            case ALL_FULL ->
                throw new Refusal(Refusal.Kind.CONFLICT, "As many calls are without a result as may: try again later.");
            case GONE -> throw new Refusal(Refusal.Kind.UNKNOWN, "There is no such function any more.");
        };
    }

    /** Cancels it unless it has a result, which stays. */
    void cancel(FunctionId function, String id) {
        find(function, id).filter(call -> !call.ended()).ifPresent(calls::remove);
    }
}
