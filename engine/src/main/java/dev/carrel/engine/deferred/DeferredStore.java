/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.function.FunctionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Deferred calls in the database. Thread-safe; every method throws {@link dev.carrel.engine.store.StoreException}. */
public interface DeferredStore {
    /**
     * How many there may be. Calls that are taken at the same moment do not see one another, so there may be a few more.
     *
     * @param perOwner without a result, of one owner's functions
     * @param total without a result, of all functions
     * @param kept with a result, of one owner's functions; the oldest are deleted when there are more
     */
    record Bounds(int perOwner, int total, int kept) {}

    /** What came of adding one. */
    enum Added {
        /** It is there. */
        YES,
        /** Its owner has as many as may be. */
        OWNER_FULL,
        /** All together are as many as may be. */
        ALL_FULL,
        /** The owner, or the caller, has no account any more. */
        GONE
    }

    /** Adds a call, unless there are as many as may be. */
    Added add(DeferredCall call, Ask ask, Bounds bounds);

    /** The call, if there is one. One of an account that is gone belongs to no later one of its name. */
    Optional<DeferredCall> find(String id);

    /** What was asked; empty when the call is gone or has ended. */
    Optional<Ask> ask(DeferredCall call);

    /** What came of it; empty when nothing has, or it is gone. */
    Optional<Unattended.Final> result(DeferredCall call);

    /**
     * Writes how far a call without a result is, or how far its delivery is, unless somebody else has written since it was read.
     *
     * @return as it is stored now; empty when it was not written
     */
    Optional<DeferredCall> update(DeferredCall call);

    /**
     * Writes a call's result, unless somebody else has written since it was read: so each has one at most.
     *
     * @return as it is stored now; empty when it was not written
     */
    Optional<DeferredCall> finish(DeferredCall call, Unattended.Final result);

    /** Those without a result that may be claimed, the longest due first, until the taker wants no more. */
    void eachDue(Instant now, Predicate<DeferredCall> more);

    /** Those without a result whose holder's name begins so. */
    List<DeferredCall> heldBy(String prefix);

    /** How many have no result. */
    long open();

    /** Those whose result is to be delivered now, the longest due first, until the taker wants no more. */
    void eachToDeliver(Instant now, Predicate<DeferredCall> more);

    /** Those of a function, newest first. */
    List<DeferredCall> of(FunctionId function, int most);

    /** Deletes a call with all that belongs to it; false when it was gone. */
    boolean remove(DeferredCall call);

    /** Deletes those that ended before; how many. */
    int prune(Instant endedBefore);
}
