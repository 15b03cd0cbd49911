/* Copyright the Carrel authors. */
package dev.carrel.engine.schedule;

import dev.carrel.engine.deferred.DeferredCalls;
import dev.carrel.engine.deferred.DeferredStore;
import dev.carrel.engine.function.FunctionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Schedules in the database. They come and go with what makes a version active, in the same transaction. Thread-safe; every method throws
 * {@link dev.carrel.engine.store.StoreException}.
 */
public interface ScheduleStore {
    /** Those that are due, the longest due first, until the taker wants no more. */
    void eachDue(Instant now, Predicate<Schedule> more);

    /** That of a function's active version, if it has one. */
    Optional<Schedule> find(FunctionId function);

    /** What came of recording runs. */
    enum Recorded {
        /** They are there. */
        YES,
        /** Somebody else was faster: they are there, or the schedule is another one, or none any more. Nothing was written. */
        OVERTAKEN,
        /** The owner has as many calls without a result as may be. Nothing was written. */
        OWNER_FULL,
        /** All together are as many as may be. Nothing was written. */
        ALL_FULL
    }

    /**
     * Adds the calls of due times and writes how far the schedule has been run, all or nothing, unless somebody else has written since it was read: so each
     * due time is one call, whoever looks and whoever dies.
     *
     * @param run as it is then
     */
    Recorded record(Schedule run, List<DeferredCalls.Made> calls, DeferredStore.Bounds bounds);
}
