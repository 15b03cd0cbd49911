/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Once the door is shut and those inside have left, nobody is inside and nobody gets in. */
@Timeout(120)
class VisitsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void aShutDoorLetsNobodyIn() throws Exception {
        Visits visits = new Visits();
        assertThat(visits.enter()).isTrue();
        visits.leave();

        visits.shut();

        assertThat(visits.enter()).isFalse();
        assertThat(visits.awaitNobody(Duration.ZERO)).isTrue();
    }

    @Test
    void whoIsInsideIsWaitedForUntilTheDeadline() throws Exception {
        Visits visits = new Visits();
        visits.enter();
        visits.enter();
        visits.shut();
        visits.leave();

        assertThat(visits.awaitNobody(Duration.ofMillis(5))).isFalse();
        visits.leave();
        assertThat(visits.awaitNobody(Duration.ZERO)).isTrue();
    }

    @Test
    void theLastOneToLeaveWakesWhoWaits() throws Exception {
        Visits visits = new Visits();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Thread visitor = Thread.ofPlatform().start(() -> {
            visits.enter();
            inside.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                visits.leave();
            }
        });
        inside.await();
        visits.shut();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> waiting = threads.submit(() -> visits.awaitNobody(LONG));
            assertThat(waiting.isDone()).isFalse();
            go.countDown();
            assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
        }
        visitor.join();
    }

    @Test
    void nobodyIsInsideAfterwardsHoweverManyComeMeanwhile() throws Exception {
        for (int round = 0; round < 300; round++) {
            Visits visits = new Visits();
            AtomicBoolean over = new AtomicBoolean();
            CountDownLatch running = new CountDownLatch(6);
            try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
                List<Future<Boolean>> visitors = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    visitors.add(threads.submit(() -> metTheEnd(visits, over, running)));
                }
                running.await();
                visits.shut();
                assertThat(visits.awaitNobody(LONG)).isTrue();
                over.set(true);
                for (Future<Boolean> visitor : visitors) {
                    assertThat(visitor.get(30, TimeUnit.SECONDS)).isFalse();
                }
            }
        }
    }

    /** Comes and goes until the door is shut; whether it was ever inside although all had been said to have left. */
    private static Boolean metTheEnd(Visits visits, AtomicBoolean over, CountDownLatch running) {
        boolean first = true;
        while (visits.enter()) {
            try {
                Thread.onSpinWait();
                if (over.get()) {
                    return true;
                }
            } finally {
                visits.leave();
            }
            if (first) {
                running.countDown();
                first = false;
            }
        }
        return false;
    }
}
