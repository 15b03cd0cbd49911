/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waiting calls in their order; one in the middle is taken out at no cost. Belongs to the lock of its dispatcher. */
final class CallQueue {
    private @Nullable Call first;
    private @Nullable Call last;
    private int size;

    int size() {
        return size;
    }

    @Nullable
    Call first() {
        return first;
    }

    void addLast(Call call) {
        call.before = last;
        call.after = null;
        if (last == null) {
            first = call;
        } else {
            last.after = call;
        }
        last = call;
        size++;
    }

    void addFirst(Call call) {
        call.after = first;
        call.before = null;
        if (first == null) {
            last = call;
        } else {
            first.before = call;
        }
        first = call;
        size++;
    }

    @Nullable
    Call poll() {
        Call call = first;
        if (call != null) {
            remove(call);
        }
        return call;
    }

    /** Takes out a call that is in it. */
    void remove(Call call) {
        Call before = call.before;
        Call after = call.after;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        call.before = null;
        call.after = null;
        size--;
    }

    /** How many came in here, and were not sent by another instance. */
    int own() {
        int own = 0;
        for (Call call = first; call != null; call = call.after) {
            own += call.foreign ? 0 : 1;
        }
        return own;
    }

    /** Looks at each, which may be taken out meanwhile. */
    void forEach(Consumer<Call> look) {
        Call call = first;
        while (call != null) {
            Call next = call.after;
            look.accept(call);
            call = next;
        }
    }
}
