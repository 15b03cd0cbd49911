/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a plugin and its callers: calls run on threads of the plugin's own, with its context class loader, with a limit in time, and so
 * many at once. Platform threads: one that computes for ever on a virtual thread would keep the processors from everybody else's. A call that
 * does not return when it is interrupted keeps its thread, so a plugin that hangs uses up its own and nobody else's.
 */
final class Bulkhead {
    /** Calls of one plugin at once. */
    static final int PLACES = 32;

    private static final long IDLE_SECONDS = 10;

    private final String id;
    private final ThreadPoolExecutor threads;
    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();

    Bulkhead(String id, ClassLoader loader) {
        this.id = id;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(0, PLACES, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            // A group and inheritable thread locals of the caller would tie the plugin to it.
            Thread thread = Thread.ofPlatform()
                    .name("plugin-" + id + "-" + number.incrementAndGet())
                    .daemon()
                    .inheritInheritableThreadLocals(false)
                    .unstarted(work);
            thread.setContextClassLoader(loader);
            return thread;
        });
    }

    /**
     * Calls into the plugin and waits for the answer.
     *
     * @param what for messages
     * @throws PluginFailure when it threw, took too long, is full or has been stopped
     */
    <T> T call(String what, Duration limit, Callable<T> work) throws PluginFailure, InterruptedException {
        calls.increment();
        FutureTask<T> task = new FutureTask<>(work);
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            throw threads.isShutdown()
                    ? failed(PluginFailure.Kind.GONE, what, "it has been stopped", e)
                    : failed(PluginFailure.Kind.BUSY, what, PLACES + " calls into it have not returned", e);
        }
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw failed(PluginFailure.Kind.SLOW, what, "it took longer than " + limit.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw failed(PluginFailure.Kind.THREW, what, String.valueOf(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            task.cancel(true);
            throw e;
        }
    }

    private PluginFailure failed(PluginFailure.Kind kind, String what, String why, @Nullable Throwable cause) {
        failures.increment();
        return new PluginFailure(kind, "plugin " + id + ": " + what + ": " + why, cause);
    }

    /** Lets no new call in, waits for those under way, and interrupts those that are not back in time. */
    void close(Duration limit) throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            threads.shutdownNow();
        }
    }

    /** Calls so far. */
    long calls() {
        return calls.sum();
    }

    /** Calls that gave no answer. */
    long failures() {
        return failures.sum();
    }
}
