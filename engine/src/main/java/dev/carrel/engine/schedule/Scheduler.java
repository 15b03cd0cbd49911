/* Copyright the Carrel authors. */
package dev.carrel.engine.schedule;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.deferred.DeferredCalls;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.ScheduleSettings;
import dev.carrel.engine.function.Timetable;
import dev.carrel.engine.store.StoreException;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an asynchronous call of each due time. Every engine looks every second; the call and how far the schedule has been run are written together, on the
 * condition that nobody else has, so it does not matter which engine is first, nor whether it dies. What was missed while there was no engine is made up
 * for by one call for each entry. The clocks of the instances must agree within a few seconds. Thread-safe.
 */
final class Scheduler implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final ScheduleStore store;
    private final DeferredCalls calls;
    private final ScheduleSettings settings;
    private final ScheduleMeters meters;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    /** For which of the functions that must wait it was said; only the looking thread knows it. */
    private final Map<FunctionId, Instant> waiting = new HashMap<>();

    @Inject
    Scheduler(ScheduleStore store, DeferredCalls calls, ScheduleSettings settings, ScheduleMeters meters, Clock clock) {
        this.store = store;
        this.calls = calls;
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
    }

    @Override
    public void start() {
        Thread.ofVirtual().name("schedules").start(() -> {
            try {
                while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    quietly();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void quietly() {
        try {
            look();
        } catch (StoreException e) {
            LOG.warn("looking for schedules that are due is done later: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("looking for schedules that are due failed and is tried again", e);
        }
    }

    /** Makes calls of all that is due. */
    void look() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Set<UserName> full = new HashSet<>();
        Set<FunctionId> still = new HashSet<>();
        store.eachDue(now, schedule -> {
            if (full.contains(schedule.function().owner())) {
                still.add(schedule.function());
                return closing.getCount() > 0;
            }
            ScheduleStore.Recorded recorded = run(schedule, now);
            if (recorded == ScheduleStore.Recorded.OWNER_FULL || recorded == ScheduleStore.Recorded.ALL_FULL) {
                putOff(schedule, recorded);
                still.add(schedule.function());
                full.add(schedule.function().owner());
            }
            return recorded != ScheduleStore.Recorded.ALL_FULL && closing.getCount() > 0;
        });
        waiting.keySet().retainAll(still);
    }

    private ScheduleStore.Recorded run(Schedule schedule, Instant now) {
        Instant until = schedule.since().isAfter(now) ? schedule.since() : now;
        Timetable times;
        try {
            times = Timetable.of(schedule.entries());
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "the schedule of {} cannot be read and is not run any more (publish the function again): {}",
                    schedule.function(),
                    e.getMessage());
            return store.record(schedule.run(until, null), List.of(), calls.bounds());
        }
        List<Timetable.Due> due = times.due(schedule.since(), until, settings.maxLate());
        List<DeferredCalls.Made> made = due.stream()
                .map(one -> calls.scheduled(
                        schedule.function(), schedule.version(), schedule.published(), one.entry(), one.at()))
                .toList();
        Schedule after = schedule.run(until, times.next(until).orElse(null));
        ScheduleStore.Recorded recorded = store.record(after, made, calls.bounds());
        if (recorded == ScheduleStore.Recorded.YES) {
            tell(schedule, made);
        }
        return recorded;
    }

    private void tell(Schedule schedule, List<DeferredCalls.Made> made) {
        for (DeferredCalls.Made one : made) {
            LOG.info(
                    "call {} of {} is scheduled for {}",
                    one.call().id(),
                    schedule.function(),
                    one.call().by().scheduled());
        }
        if (made.isEmpty()) {
            meters.missed();
            LOG.warn(
                    "{} was due at {}, which is longer ago than {} (schedules.max-late): that run is left out",
                    schedule.function(),
                    schedule.due(),
                    settings.maxLate());
        } else {
            meters.recorded(made.size());
            calls.wake();
        }
    }

    private void putOff(Schedule schedule, ScheduleStore.Recorded why) {
        Instant due = schedule.due();
        if (due == null || due.equals(waiting.put(schedule.function(), due))) {
            return;
        }
        meters.putOff();
        LOG.warn(
                "{} was due at {} and waits: {} as many asynchronous calls without a result as may be ({})",
                schedule.function(),
                due,
                why == ScheduleStore.Recorded.OWNER_FULL
                        ? schedule.function().owner() + "'s functions have"
                        : "there are",
                why == ScheduleStore.Recorded.OWNER_FULL ? "async-calls.max-per-owner" : "async-calls.max-waiting");
    }

    @Override
    public void stop() {
        closing.countDown();
    }
}
