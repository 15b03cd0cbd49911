/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.carrel.plugin.ClusterTask;
import dev.carrel.plugin.NodeTask;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link NodeTask} or {@link ClusterTask}: its work may be done twice, may be cut short, and does not take longer than it says. */
@Timeout(120)
public abstract class TaskConformance {
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(5);

    private Subject task = new Subject("", Duration.ZERO, Duration.ZERO, () -> {});

    /** For subclasses. */
    protected TaskConformance() {}

    /** What is done. */
    protected interface Work {
        /** Does it. */
        void run() throws Exception;
    }

    /** Either kind of task. */
    protected record Subject(String name, Duration every, Duration limit, Work work) {
        /** Of a node. */
        public static Subject of(NodeTask task) {
            return new Subject(task.name(), task.every(), task.limit(), task::run);
        }

        /** Of the cluster. */
        public static Subject of(ClusterTask task) {
            return new Subject(task.name(), task.every(), task.limit(), task::run);
        }
    }

    /** The subject. */
    protected abstract Subject task();

    /** Everything that the work is to have done, in a form that can be compared. */
    protected abstract Object done();

    @BeforeEach
    final void open() {
        task = task();
    }

    @Test
    void itSaysWhatItIs() {
        assertThat(task.name()).matches("[a-z0-9-]{1,50}");
        assertThat(task.every()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(task.limit()).isPositive();
    }

    @Test
    void itDoesItsWorkInTime() throws Exception {
        long begin = System.nanoTime();
        task.work().run();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(task.limit());
    }

    @Test
    void doneTwiceIsDoneOnce() throws Exception {
        task.work().run();
        Object once = done();
        task.work().run();
        assertThat(done()).isEqualTo(once);
    }

    @Test
    void itEndsWhenItIsInterruptedAndIsTakenUpAgain() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        AtomicReference<String> how = new AtomicReference<>("it goes on");
        Thread running = new Thread(() -> {
            how.set(String.valueOf(catchThrowable(() -> task.work().run())));
            ended.countDown();
        });
        running.setDaemon(true);
        running.start();
        running.interrupt();
        assertThat(ended.await(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS))
                .as("it ends within %s of an interruption: %s", ENDS_WITHIN, how)
                .isTrue();
        task.work().run();
        Object after = done();
        task.work().run();
        assertThat(done()).isEqualTo(after);
    }
}
