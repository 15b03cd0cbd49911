/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Command;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A command that says hello to whom its data names, or waits; for tests of what calls commands. It passes the suite of this kit. */
public final class FakeCommand implements Command {
    /** Data with which it waits until it is interrupted. */
    public static final String WAIT = "wait";

    private static final int LONGEST = 100;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Set<Fault> faults;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();

    /** What can be wrong with a command, for the kit's tests of itself. */
    enum Fault {
        TERMS_CHANGE,
        BAD_DATA_TAKEN,
        BAD_DATA_UNNAMED,
        INTERRUPTION_IGNORED,
        ONE_ONLY,
        ANSWERS_NULL,
        ANSWER_ENDLESS
    }

    /** Up to four at once. */
    public FakeCommand() {
        this(EnumSet.noneOf(Fault.class));
    }

    private FakeCommand(Set<Fault> faults) {
        this.faults = faults;
    }

    static FakeCommand broken(Set<Fault> faults) {
        return new FakeCommand(faults);
    }

    @Override
    public Terms terms() {
        boolean other = faults.contains(Fault.TERMS_CHANGE) && asked.incrementAndGet() % 2 == 0;
        return new Terms(other ? "hallo" : "hello", "Says hello. Data: a name.", MINUTE, 4, 10);
    }

    @Override
    @SuppressWarnings("NullAway") // one of the faults
    public String run(Call call) throws InterruptedException {
        int now = inside.incrementAndGet();
        try {
            if (faults.contains(Fault.ONE_ONLY)) {
                // So long that another one comes meanwhile.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
            if (now > 1 && faults.contains(Fault.ONE_ONLY)) {
                throw new IllegalStateException("somebody is inside");
            }
            if (call.data().equals(WAIT)) {
                await();
            }
            boolean bad = call.data().isBlank() || call.data().length() > LONGEST;
            if (bad && faults.contains(Fault.BAD_DATA_UNNAMED)) {
                throw new IllegalArgumentException();
            }
            if (bad && !faults.contains(Fault.BAD_DATA_TAKEN)) {
                throw new IllegalArgumentException(
                        "data: " + call.data().length() + " characters (expected: a name of 1 to " + LONGEST + ")");
            }
            if (faults.contains(Fault.ANSWER_ENDLESS)) {
                return "hello ".repeat(1000);
            }
            return faults.contains(Fault.ANSWERS_NULL) ? null : "hello " + call.data();
        } finally {
            inside.decrementAndGet();
        }
    }

    private void await() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long end = System.nanoTime() + MINUTE.toNanos();
        while (System.nanoTime() < end) {
            try {
                if (never.await(1, TimeUnit.MINUTES)) {
                    return;
                }
            } catch (InterruptedException e) {
                if (!faults.contains(Fault.INTERRUPTION_IGNORED)) {
                    throw e;
                }
            }
        }
    }
}
