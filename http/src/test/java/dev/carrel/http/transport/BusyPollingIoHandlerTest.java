/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A loop that looks for the next event before it sleeps. */
class BusyPollingIoHandlerTest {
    private static final long POLL = 50_000;

    private final Kernel kernel = new Kernel();
    private final Tasks tasks = new Tasks();
    private long now = Long.MAX_VALUE - 1_000;
    private final BusyPollingIoHandler handler = new BusyPollingIoHandler(kernel, POLL, () -> now, () -> now += 10_000);

    @Test
    void aLoopOnWhichNothingHappenedSleepsAtOnce() {
        kernel.next(0, 0);

        handler.run(tasks);
        handler.run(tasks);

        assertThat(kernel.mayBlock).containsExactly(true, true);
    }

    @Test
    void afterAnEventItLooksWithoutSleepingUntilTheTimeIsOver() {
        kernel.next(1);

        assertThat(handler.run(tasks)).isEqualTo(1);
        assertThat(handler.run(tasks)).isZero();

        assertThat(kernel.mayBlock).containsExactly(true, false, false, false, false, false, true);
    }

    @Test
    void afterThatItSleepsEveryTimeUntilSomethingHappensAgain() {
        kernel.next(1);
        handler.run(tasks);
        handler.run(tasks);
        kernel.mayBlock.clear();

        handler.run(tasks);

        assertThat(kernel.mayBlock).containsExactly(true);
    }

    @Test
    void anEventThatItFindsIsHandedOnAtOnceAndBeginsTheTimeAnew() {
        kernel.next(1, 0, 0, 3);
        handler.run(tasks);

        assertThat(handler.run(tasks)).isEqualTo(3);
        assertThat(kernel.mayBlock).containsExactly(true, false, false, false);
        kernel.mayBlock.clear();

        handler.run(tasks);

        assertThat(kernel.mayBlock).containsExactly(false, false, false, false, false, true);
    }

    @Test
    void aTaskThatArrivesMeanwhileIsNotKeptWaiting() {
        kernel.next(1);
        handler.run(tasks);
        kernel.mayBlock.clear();
        kernel.during = () -> tasks.waiting = true;

        handler.run(tasks);

        assertThat(kernel.mayBlock).as("one look, in which the task came").containsExactly(false);
    }

    @Test
    void whileTasksWaitNobodyPolls() {
        kernel.next(1);
        handler.run(tasks);
        kernel.mayBlock.clear();
        tasks.waiting = true;

        handler.run(tasks);

        assertThat(kernel.mayBlock).containsExactly(false);
    }

    /** Tells how many events it handled as it was told, then none; keeps whether it might have slept. */
    private static final class Kernel implements IoHandler {
        final List<Boolean> mayBlock = new ArrayList<>();
        final Deque<Integer> handled = new ArrayDeque<>();
        Runnable during = () -> {};

        void next(Integer... counts) {
            handled.addAll(List.of(counts));
        }

        @Override
        public int run(IoHandlerContext context) {
            mayBlock.add(context.canBlock());
            during.run();
            Integer count = handled.poll();
            return count == null ? 0 : count;
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException("no channels here");
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return false;
        }
    }

    private static final class Tasks implements IoHandlerContext {
        boolean waiting;

        @Override
        public boolean canBlock() {
            return !waiting;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return Long.MAX_VALUE;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    }
}
