/* Copyright the Carrel authors. */
package dev.carrel.leak;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Collects what Netty's leak detector reports, in the whole process. The detector reports a lost buffer when it tracks the next one after a collection. */
public final class LeakWatch {
    /** A collection may find one object a moment before another. */
    private static final int ROUNDS = 2;

    private static final Queue<String> REPORTS = new ConcurrentLinkedQueue<>();

    private static volatile boolean listening;

    private LeakWatch() {}

    /**
     * Listens from now on; again changes nothing.
     *
     * @throws IllegalStateException when the detector does not look at every buffer
     */
    public static void begin() {
        if (ResourceLeakDetector.getLevel() != ResourceLeakDetector.Level.PARANOID) {
            throw new IllegalStateException("the leak detector looks at " + ResourceLeakDetector.getLevel()
                    + " buffers only (expected: -Dio.netty.leakDetection.level=paranoid)");
        }
        ByteBufUtil.setLeakListener((type, records) -> REPORTS.add(type + " " + records));
        listening = true;
    }

    /** Whether anybody began: a module's test of its own that the watch is in force. */
    public static boolean listens() {
        return listening;
    }

    /** Collects garbage and returns what was reported since the last time, each with the places that used it last. */
    public static List<String> take() throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            awaitCollection();
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        List<String> taken = new ArrayList<>();
        for (String report = REPORTS.poll(); report != null; report = REPORTS.poll()) {
            taken.add(report);
        }
        return taken;
    }

    /** Returns when a collection has found an object dropped before it, and so, most likely, all the others. */
    private static void awaitCollection() throws InterruptedException {
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
        } finally {
            Reference.reachabilityFence(canary);
        }
    }
}
