/* Copyright the Carrel authors. */
package dev.carrel.http.leak;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Collects what Netty's leak detector reports. The detector reports a lost buffer when it tracks the next one after a collection. */
public final class LeakWatch extends AppenderBase<ILoggingEvent> {
    private static final int ROUNDS = 3;

    private final Queue<String> reports = new ConcurrentLinkedQueue<>();

    /** Listens from now on. */
    public static LeakWatch begin() {
        if (ResourceLeakDetector.getLevel() != ResourceLeakDetector.Level.PARANOID) {
            throw new IllegalStateException("tests of this module need -Dio.netty.leakDetection.level=paranoid");
        }
        LeakWatch watch = new LeakWatch();
        watch.start();
        logger().addAppender(watch);
        return watch;
    }

    /** Collects garbage and returns all reports since the beginning. */
    public List<String> reports() {
        for (int round = 0; round < ROUNDS; round++) {
            awaitCollection();
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
            PooledByteBufAllocator.DEFAULT.heapBuffer(16).release();
        }
        return new ArrayList<>(reports);
    }

    /** Returns when a collection has found an object dropped before it, and so, most likely, all the others. */
    private static void awaitCollection() {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        Reference<Object> canary = new PhantomReference<>(new Object(), queue);
        try {
            Reference<?> found = null;
            for (int attempt = 0; attempt < 10 && found == null; attempt++) {
                System.gc();
                found = queue.remove(1000);
            }
            if (found == null) {
                throw new IllegalStateException("the collector found nothing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            Reference.reachabilityFence(canary);
        }
    }

    /** Stops listening. */
    public void end() {
        logger().detachAppender(this);
        stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.ERROR)
                && event.getFormattedMessage().contains("LEAK")) {
            reports.add(event.getFormattedMessage());
        }
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    }
}
