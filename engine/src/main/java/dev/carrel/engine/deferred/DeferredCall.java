/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.engine.function.FunctionId;
import dev.carrel.protocol.name.UserName;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call whose result is fetched later. Immutable; what was asked and what came of it are kept beside it.
 *
 * @param id random, not to be guessed
 * @param accepted when it was taken
 * @param deadline when its caller wants no result any more; null for never
 * @param end null until there is a result
 * @param callback where the result is sent; null for nowhere
 * @param revision of what is stored; 0 before it is
 */
public record DeferredCall(
        String id,
        Target target,
        AskedBy by,
        Instant accepted,
        @Nullable Instant deadline,
        Progress progress,
        @Nullable End end,
        @Nullable Callback callback,
        long revision) {

    /** Where a call is. */
    public enum State {
        /** Nobody is at it. */
        WAITING,
        /** An engine is at it, or was and is gone. */
        RUNNING,
        /** The function has answered. */
        DONE,
        /** There is no answer of the function, and it is said why. */
        FAILED
    }

    /**
     * What is called.
     *
     * @param version its number
     * @param published when that version was: a later function may have the same numbers
     * @param handler empty for the default one
     */
    public record Target(FunctionId function, long version, Instant published, String handler) {}

    /**
     * Who called.
     *
     * @param anonymous without a token
     * @param user whose token, or schedule, it was; empty when it was neither, and when that account is no more
     * @param scheduled for which time the function's schedule called; null when it was not that
     */
    public record AskedBy(
            boolean anonymous,
            Optional<UserName> user,
            @Nullable Instant scheduled) {
        /** Nobody we know. */
        public static final AskedBy NOBODY = new AskedBy(true, Optional.empty(), null);

        /** A program with a token of this user. */
        public static AskedBy user(UserName name) {
            return new AskedBy(false, Optional.of(name), null);
        }

        /** The schedule of a function of this owner. */
        public static AskedBy schedule(UserName owner, Instant due) {
            return new AskedBy(false, Optional.of(owner), due);
        }
    }

    /**
     * How far it is.
     *
     * @param attempts that have begun
     * @param due when it may be claimed: by anybody while it waits, by others than its holder while it runs
     * @param holder the engine process that is at it; empty for none
     */
    public record Progress(State state, int attempts, Instant due, String holder) {}

    /**
     * That it has ended.
     *
     * @param status of the result in HTTP
     * @param code empty when the function has answered, else a word for programs
     */
    public record End(Instant at, int status, String code) {}

    /**
     * Where the result is sent.
     *
     * @param tries that were made
     * @param due when the next one is to be made
     * @param fault why the last one failed; empty when none has
     */
    public record Callback(String url, Delivery delivery, int tries, Instant due, String fault) {}

    /** How far the delivery of a result is. */
    public enum Delivery {
        /** There is no result yet, or it was not delivered yet. */
        WAITING,
        /** The receiver has taken it. */
        DELIVERED,
        /** It was tried as often as it is. */
        GIVEN_UP
    }

    /** Whether there is a result. */
    public boolean ended() {
        return end != null;
    }

    /** Claimed by an engine process for its next attempt. */
    DeferredCall claimed(String holder, Instant until) {
        return with(new Progress(State.RUNNING, progress.attempts() + 1, until, holder));
    }

    /** Still with whoever holds it. */
    DeferredCall renewed(Instant until) {
        return with(new Progress(progress.state(), progress.attempts(), until, progress.holder()));
    }

    /** The attempt failed; another one may be made at this moment. */
    DeferredCall again(Instant at) {
        return with(new Progress(State.WAITING, progress.attempts(), at, ""));
    }

    /** The attempt never really began, and counts for nothing. */
    DeferredCall postponed(Instant at) {
        return with(new Progress(State.WAITING, Math.max(0, progress.attempts() - 1), at, ""));
    }

    /** It has a result. */
    DeferredCall ended(End how) {
        State state = how.code().isEmpty() ? State.DONE : State.FAILED;
        Callback told = callback == null ? null : new Callback(callback.url(), Delivery.WAITING, 0, how.at(), "");
        return new DeferredCall(
                id,
                target,
                by,
                accepted,
                deadline,
                new Progress(state, progress.attempts(), how.at(), ""),
                how,
                told,
                revision);
    }

    private DeferredCall with(Progress next) {
        return new DeferredCall(id, target, by, accepted, deadline, next, end, callback, revision);
    }

    /** With its result on its way to the receiver, or there. */
    DeferredCall delivering(Callback next) {
        return new DeferredCall(id, target, by, accepted, deadline, progress, end, next, revision);
    }

    /** Without addresses and arguments, which may hold somebody's secrets. */
    @Override
    public String toString() {
        return "deferred call " + id + " of " + target.function();
    }
}
