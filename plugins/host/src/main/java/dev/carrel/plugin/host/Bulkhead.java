/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
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
    /** As good as no bound: a visit is counted to know when the last one has left. */
    private static final int VISITS = 1_000_000;

    private final String id;
    private final ClassLoader loader;
    private final Semaphore visits = new Semaphore(VISITS);
    private final ThreadPoolExecutor threads;
    private final CallListener listener;

    /** A thread of ours, as against those that a plugin makes. */
    static final class Place extends Thread {
        private Place(Runnable work, String name) {
            // Inheritable thread locals of the caller would tie the plugin to it.
            super(null, work, name, 0, false);
        }
    }

    Bulkhead(String id, ClassLoader loader, CallListener listener) {
        this.id = id;
        this.loader = loader;
        this.listener = listener;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(0, PLACES, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Place thread = new Place(work, "plugin-" + id + "-" + number.incrementAndGet());
            thread.setDaemon(true);
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
        long begin = System.nanoTime();
        String outcome = "interrupted";
        try {
            T answer = handedOver(what, limit, work);
            outcome = "done";
            return answer;
        } catch (PluginFailure e) {
            outcome = e.kind().name().toLowerCase(Locale.ROOT);
            throw e;
        } finally {
            listener.ended(id, what, outcome, Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    private <T> T handedOver(String what, Duration limit, Callable<T> work) throws PluginFailure, InterruptedException {
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
        return new PluginFailure(kind, "plugin " + id + ": " + what + ": " + why, cause);
    }

    /** Calls into the plugin on this thread; see {@link LiveExtension#direct}. */
    <T> T direct(String what, Callable<T> work) throws Exception {
        if (threads.isShutdown() || !visits.tryAcquire()) {
            throw failed(PluginFailure.Kind.GONE, what, "it has been stopped", null);
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        long begin = System.nanoTime();
        String outcome = "threw";
        thread.setContextClassLoader(loader);
        try {
            T answer = work.call();
            outcome = "done";
            return answer;
        } finally {
            thread.setContextClassLoader(before);
            visits.release();
            listener.ended(id, what, outcome, Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    /** Lets no new call in, waits for those under way, and interrupts those that are not back in time. */
    void close(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        threads.shutdown();
        if (!threads.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            threads.shutdownNow();
        }
        // Those on threads of others; whoever is inside for longer is left to the deadlines of its own.
        if (visits.tryAcquire(VISITS, end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            visits.release(VISITS);
        }
    }
}
