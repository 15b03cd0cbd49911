/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops of plugins, each on a thread of its own, so that one which is slow keeps nobody else waiting. What is to be done with the
 * outcome is done by the host's thread. As many at once as there are plugins.
 */
final class Errands {
    private static final Logger LOG = LoggerFactory.getLogger(Errands.class);

    /** Outcomes; an empty one only wakes who waits. */
    private final BlockingQueue<Optional<Runnable>> done = new LinkedBlockingQueue<>();

    private final Set<Thread> underWay = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<String, Thread> stopping = new ConcurrentHashMap<>();
    private int open;

    /** Begins one; its outcome is for {@link #next}. Called by the host's thread. */
    void begin(String name, Callable<Runnable> work) {
        open++;
        Thread.ofVirtual().name("plugin-" + name).start(() -> run(work));
    }

    private void run(Callable<Runnable> work) {
        underWay.add(Thread.currentThread());
        Runnable outcome = () -> {};
        try {
            outcome = work.call();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.error("starting or stopping a plugin failed", e);
        } finally {
            underWay.remove(Thread.currentThread());
            done.add(Optional.of(outcome));
        }
    }

    /** Stops a plugin. */
    void stop(RunningPlugin plugin) {
        String id = plugin.descriptor().id();
        begin("stop-" + id, () -> {
            stopping.put(id, Thread.currentThread());
            try {
                plugin.stop();
            } finally {
                stopping.remove(id, Thread.currentThread());
            }
            return () -> {};
        });
    }

    /** Waits until a plugin that was taken away has left what it used. */
    void awaitStop(String id, Duration limit) throws InterruptedException {
        Thread before = stopping.get(id);
        if (before != null && !before.join(limit)) {
            LOG.warn("plugin {} is started while its last run has not ended after {} s", id, limit.toSeconds());
        }
    }

    /** Whether any is under way. */
    boolean busy() {
        return open > 0;
    }

    /** Does what is to be done with an outcome, waiting for one; false when there was none in time. */
    boolean next(Duration limit) throws InterruptedException {
        Optional<Runnable> outcome = done.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
        if (outcome == null || outcome.isEmpty()) {
            return false;
        }
        open--;
        outcome.get().run();
        return true;
    }

    /**
     * Does what is to be done with each outcome until none is under way, whoever was woken meanwhile.
     *
     * @param limit for each
     * @return false when one has not ended in time
     */
    boolean finish(Duration limit) throws InterruptedException {
        while (busy()) {
            Optional<Runnable> outcome = done.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (outcome == null) {
                return false;
            }
            if (outcome.isPresent()) {
                open--;
                outcome.get().run();
            }
        }
        return true;
    }

    /** Interrupts all that are under way, and wakes who waits for an outcome. */
    void interrupt() {
        done.add(Optional.empty());
        underWay.forEach(Thread::interrupt);
    }
}
