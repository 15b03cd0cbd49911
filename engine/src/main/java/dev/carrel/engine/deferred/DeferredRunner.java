/* Copyright the Carrel authors. */
package dev.carrel.engine.deferred;

import dev.carrel.chassis.boot.Service;
import dev.carrel.engine.call.Ask;
import dev.carrel.engine.call.Unattended;
import dev.carrel.engine.store.StoreException;
import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.name.UserName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs deferred calls. A call is claimed by writing our name and a time into its row; while it runs that time is put off, and when it is over, because we are
 * gone or hang, another engine claims the call. A result is written only while the row is still as we left it. So every call is run at least once and has one
 * result. The clocks of the instances must agree within a few seconds. Thread-safe.
 */
final class DeferredRunner implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(DeferredRunner.class);
    /** So long a claim holds unless it is put off. */
    static final Duration LEASE = Duration.ofSeconds(20);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration RENEW = Duration.ofSeconds(5);
    private static final Duration TIDY = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** So long a call that has no room here is left to engines that have. */
    private static final Duration OTHERS = Duration.ofSeconds(5);

    private static final Duration STOP = Duration.ofSeconds(3);

    private final DeferredStore store;
    private final DeferredWork work;
    private final DeferredSettings settings;
    private final DeferredMeters meters;
    private final Clock clock;
    private final String installation;
    private final String holder;
    private final Map<String, DeferredRun> running = new ConcurrentHashMap<>();
    private final Semaphore wake = new Semaphore(0);
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable Thread looking;
    private volatile Runnable told = () -> {};

    /** @param installation whose engines, of which one lives at a time, this is one */
    DeferredRunner(
            DeferredStore store,
            DeferredWork work,
            DeferredSettings settings,
            DeferredMeters meters,
            Clock clock,
            String installation) {
        this.store = store;
        this.work = work;
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
        this.installation = installation + "/";
        holder = this.installation + Base32.random(16);
    }

    @Override
    public void start() {
        looking = Thread.ofVirtual().name("deferred-calls").start(this::loop);
        Thread.ofVirtual().name("deferred-renewal").start(this::renewals);
    }

    private void loop() {
        try {
            boolean inherited = false;
            Instant tidied = Instant.EPOCH;
            while (!closing()) {
                inherited = inherited || quietly("taking over what the last engine left", this::inherit);
                quietly("looking for deferred calls", this::look);
                if (now().isAfter(tidied.plus(TIDY))) {
                    quietly("deleting old results", this::tidy);
                    tidied = now();
                }
                if (wake.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void renewals() {
        try {
            while (!closing.await(RENEW.toMillis(), TimeUnit.MILLISECONDS)) {
                renew();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean quietly(String doing, Runnable step) {
        try {
            step.run();
            return true;
        } catch (StoreException e) {
            LOG.warn("{} is done later: {}", doing, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("{} failed and is tried again", doing, e);
        }
        return false;
    }

    /** Says who is told that a call has got its result; before the start. */
    void onEnd(Runnable whom) {
        told = whom;
    }

    /** A call was taken, or may be claimed now. */
    void wake() {
        wake.release();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** The engine before us in this installation is gone: what it was at need not wait until its time is over. */
    void inherit() {
        for (DeferredCall call : store.heldBy(installation)) {
            if (!call.progress().holder().equals(holder)) {
                store.update(call.renewed(now()));
            }
        }
    }

    /** Claims as many as may run here, and runs them. */
    void look() {
        Map<UserName, Integer> busy = new HashMap<>();
        running.values().forEach(run -> busy.merge(owner(run.call()), 1, Integer::sum));
        int share = Math.max(1, settings.parallel() / 2);
        if (running.size() >= settings.parallel()) {
            return;
        }
        store.eachDue(now(), call -> {
            if (closing()) {
                return false;
            }
            boolean fair = busy.getOrDefault(owner(call), 0) < share;
            if (fair && !running.containsKey(call.id()) && !left(call) && claim(call)) {
                busy.merge(owner(call), 1, Integer::sum);
            }
            return running.size() < settings.parallel();
        });
    }

    /** An engine that has room looks once a second, too; but nothing waits for others for long. */
    private boolean left(DeferredCall call) {
        return Duration.between(call.accepted(), now()).compareTo(OTHERS) < 0 && work.betterElsewhere(call);
    }

    private static UserName owner(DeferredCall call) {
        return call.target().function().owner();
    }

    /** Begins an attempt, or ends a call at which too many engines have gone. */
    private boolean claim(DeferredCall call) {
        if (call.progress().attempts() >= settings.attempts()) {
            Unattended.Final gone = Unattended.Final.refused(
                    502,
                    "function.engine-gone",
                    "The service ended in the middle of the last of "
                            + call.progress().attempts() + " attempts.",
                    "");
            finish(new DeferredRun(store, call), gone);
            return false;
        }
        Optional<DeferredCall> ours = store.update(call.claimed(holder, now().plus(LEASE)));
        if (ours.isEmpty()) {
            return false;
        }
        DeferredRun run = new DeferredRun(store, ours.get());
        running.put(call.id(), run);
        Thread.ofVirtual().name("deferred-call").start(() -> run(run));
        return true;
    }

    private void run(DeferredRun run) {
        String id = run.call().id();
        try {
            Unattended.Result result = attempted(run);
            patiently(run, () -> settle(run, result));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Its time runs out, and it is claimed again.
            LOG.error("an attempt at {} failed", run.call(), e);
        } finally {
            running.remove(id, run);
            wake();
        }
    }

    private Unattended.Result attempted(DeferredRun run) throws InterruptedException {
        try {
            Optional<Ask> ask = run.ask();
            return ask.isPresent() ? work.attempt(run, ask.get()) : new Unattended.CalledOff();
        } catch (StoreException e) {
            // The database is asked before a call begins and not after, so this is no attempt.
            LOG.warn("{} is begun later: {}", run.call(), e.getMessage());
            return new Unattended.Postponed(
                    LOOK,
                    Unattended.Final.refused(503, "function.unavailable", "What was called could not be read.", ""));
        }
    }

    /** What came of a call is worth some waiting for the database, as long as the call is ours. */
    private void patiently(DeferredRun run, Runnable write) throws InterruptedException {
        long until = System.nanoTime() + LEASE.toNanos();
        while (true) {
            try {
                write.run();
                return;
            } catch (StoreException e) {
                LOG.warn("what came of {} is written later: {}", run.call(), e.getMessage());
                if (System.nanoTime() > until || closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw e;
                }
            }
        }
    }

    private void settle(DeferredRun run, Unattended.Result result) {
        DeferredCall call = run.call();
        switch (result) {
            case Unattended.Final last -> finish(run, last);
            case Unattended.Broken broken -> {
                if (call.progress().attempts() >= settings.attempts()) {
                    finish(run, broken.otherwise());
                } else if (run.write(
                        now -> now.again(now().plus(pause(call.progress().attempts()))))) {
                    meters.repeated();
                }
            }
            case Unattended.Postponed postponed -> postpone(run, postponed);
            case Unattended.CalledOff _ -> {
                if (closing()) {
                    run.write(now -> now.postponed(now()));
                }
            }
        }
    }

    private void postpone(DeferredRun run, Unattended.Postponed postponed) {
        Duration waited = Duration.between(run.call().accepted(), now());
        if (closing()) {
            run.write(now -> now.postponed(now()));
        } else if (waited.compareTo(settings.patience()) >= 0) {
            finish(run, postponed.otherwise());
        } else {
            Duration least = postponed.retryAfter();
            // The longer it waits the more seldom it is tried.
            Duration pause = shorter(waited.dividedBy(4), LONGEST_PAUSE);
            run.write(now -> now.postponed(now().plus(pause.compareTo(least) > 0 ? pause : least)));
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** A second after the first attempt, then two, four, … */
    private static Duration pause(int attempts) {
        return shorter(Duration.ofSeconds(1L << Math.clamp(attempts - 1, 0, 10)), LONGEST_PAUSE);
    }

    private void finish(DeferredRun run, Unattended.Final result) {
        Instant now = now();
        DeferredCall.End end = new DeferredCall.End(now, result.status(), result.code());
        boolean written = run.finish(call -> call.ended(end), result);
        if (written) {
            meters.ended(run.call());
            told.run();
        } else {
            LOG.info("{} has been claimed by another engine, or cancelled: its result is dropped here", run.call());
        }
    }

    /** Puts off the time of all that runs here; calls off what is ours no more. */
    void renew() {
        for (DeferredRun run : running.values()) {
            quietly("putting off the time of " + run.call(), () -> renew(run));
        }
    }

    private void renew(DeferredRun run) {
        Instant until = now().plus(LEASE);
        // One that has been settled meanwhile is not held any more.
        boolean ours = run.write(call -> call.progress().holder().equals(holder) ? call.renewed(until) : call);
        if (!ours) {
            run.callOff();
        }
    }

    /** Calls it off if it runs here; elsewhere that is noticed within seconds. */
    void cancelled(String id) {
        DeferredRun run = running.get(id);
        if (run != null) {
            run.callOff();
        }
    }

    private void tidy() {
        int gone = store.prune(now().minus(settings.keep()));
        if (gone > 0) {
            LOG.debug("{} results were older than {} and are deleted", gone, settings.keep());
        }
    }

    /** How many run here. */
    int runs() {
        return running.size();
    }

    @Override
    public void stop() throws InterruptedException {
        closing.countDown();
        wake();
        long until = System.nanoTime() + STOP.toNanos();
        Thread looker = looking;
        if (looker != null && !looker.join(STOP)) {
            looker.interrupt();
        }
        // From here on nothing is claimed, and each that ends wakes us.
        running.values().forEach(DeferredRun::callOff);
        boolean woken = true;
        while (woken && !running.isEmpty()) {
            woken = wake.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        if (!running.isEmpty()) {
            LOG.info("{} calls had not ended within {} and are run again by the next engine", running.size(), STOP);
        }
    }

    private boolean closing() {
        return closing.getCount() == 0;
    }
}
