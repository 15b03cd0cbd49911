/* Copyright the Carrel authors. */
package dev.carrel.engine.database;

import dev.carrel.engine.deferred.DeferredCall;
import dev.carrel.engine.deferred.DeferredCall.AskedBy;
import dev.carrel.engine.deferred.DeferredCall.Delivery;
import dev.carrel.engine.deferred.DeferredCall.End;
import dev.carrel.engine.deferred.DeferredCall.Progress;
import dev.carrel.engine.deferred.DeferredCall.State;
import dev.carrel.engine.deferred.DeferredCall.Target;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.plugin.table.Indexed;
import dev.carrel.plugin.table.Key;
import dev.carrel.plugin.table.Part;
import dev.carrel.plugin.table.Stored;
import dev.carrel.plugin.table.Version;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A deferred call. What was asked, and what came of it, are in parts beside it.
 *
 * @param uid of the owner's account: good for no later one of the same name
 * @param place owner and function
 * @param caller null without a token
 * @param callerUid of the caller's account
 * @param scheduled for which time the function's schedule called; null when it was not that
 * @param queue {@link #OPEN} while there is no result, else null
 * @param openOwner the owner, while there is no result, else null
 * @param over {@link #OVER} when there is a result, else null
 * @param endedOwner the owner, when there is a result, else null
 * @param send {@link #SEND} while the result is to be delivered, else null
 * @param askParts in how many parts it is kept what was asked
 * @param resultParts in how many parts the result is
 */
@Stored(name = "engine_deferred")
record DeferredRow(
        @Key String id,
        @Indexed(name = "of_owner") String owner,
        String uid,
        @Indexed(name = "of_function") String place,
        String name,
        long number,
        Instant published,
        String handler,
        @Nullable String caller,
        @Nullable String callerUid,
        @Nullable Instant scheduled,

        @Indexed(name = "of_function", part = Part.SORT) Instant accepted,

        @Nullable Instant deadline,
        State state,
        int attempts,
        @Indexed(name = "queue") @Nullable String queue,
        @Indexed(name = "open_of_owner") @Nullable String openOwner,

        @Indexed(name = "queue", part = Part.SORT) Instant due,

        String holder,
        int status,
        String code,

        @Indexed(name = "over", part = Part.SORT) @Indexed(name = "ended_of_owner", part = Part.SORT) @Nullable
        Instant ended,

        @Indexed(name = "over") @Nullable String over,
        @Indexed(name = "ended_of_owner") @Nullable String endedOwner,
        @Nullable String url,
        @Nullable Delivery delivery,
        int tries,
        @Indexed(name = "send") @Nullable String send,

        @Indexed(name = "send", part = Part.SORT) @Nullable Instant sendAt,

        @Nullable String fault,
        int askParts,
        int resultParts,
        @Version long version) {
    static final String OPEN = "open";
    static final String OVER = "over";
    static final String SEND = "send";
    private static final int LONGEST_FAULT = 500;

    /** What does not change with its steps. */
    record Fixed(String uid, @Nullable String callerUid, int askParts, int resultParts) {}

    static String place(FunctionId function) {
        return function.owner().value() + "/" + function.name().value();
    }

    static DeferredRow of(DeferredCall call, Fixed fixed) {
        FunctionId function = call.target().function();
        End end = call.end();
        DeferredCall.Callback callback = call.callback();
        boolean open = end == null;
        boolean toSend = !open && callback != null && callback.delivery() == Delivery.WAITING;
        String owner = function.owner().value();
        int status = end == null ? 0 : end.status();
        String code = end == null ? "" : end.code();
        int tries = callback == null ? 0 : callback.tries();
        return new DeferredRow(
                call.id(),
                owner,
                fixed.uid(),
                place(function),
                function.name().value(),
                call.target().version(),
                call.target().published(),
                Texts.kept(call.target().handler(), 256),
                call.by().user().map(UserName::value).orElse(null),
                fixed.callerUid(),
                call.by().scheduled(),
                call.accepted(),
                call.deadline(),
                call.progress().state(),
                call.progress().attempts(),
                open ? OPEN : null,
                open ? owner : null,
                call.progress().due(),
                call.progress().holder(),
                status,
                code,
                of(end, End::at),
                open ? null : OVER,
                open ? null : owner,
                of(callback, DeferredCall.Callback::url),
                of(callback, DeferredCall.Callback::delivery),
                tries,
                toSend ? SEND : null,
                of(callback, DeferredCall.Callback::due),
                of(callback, there -> Texts.kept(there.fault(), LONGEST_FAULT)),
                fixed.askParts(),
                fixed.resultParts(),
                call.revision());
    }

    private static <T, R> @Nullable R of(@Nullable T whole, Function<T, R> part) {
        return whole == null ? null : part.apply(whole);
    }

    Fixed fixed() {
        return new Fixed(uid, callerUid, askParts, resultParts);
    }

    /** @param callerThere whether the caller's account is the one that called */
    DeferredCall call(boolean callerThere) {
        AskedBy by = callerUid == null
                ? AskedBy.NOBODY
                : new AskedBy(
                        false,
                        callerThere ? Optional.ofNullable(caller).map(UserName::new) : Optional.empty(),
                        scheduled);
        return new DeferredCall(
                id,
                new Target(new FunctionId(new UserName(owner), new FunctionName(name)), number, published, handler),
                by,
                accepted,
                deadline,
                new Progress(state, attempts, due, holder),
                ended == null ? null : new End(ended, status, code),
                url == null || delivery == null || sendAt == null
                        ? null
                        : new DeferredCall.Callback(url, delivery, tries, sendAt, fault == null ? "" : fault),
                version);
    }
}
