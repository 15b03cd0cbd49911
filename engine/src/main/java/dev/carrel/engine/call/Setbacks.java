/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import java.time.Duration;

/**
 * Whether code starts at all. After some workers in a row that ended young, or one that said that it cannot load the code, the function is paused; each
 * further failure doubles the pause, and a call that is answered ends all that. Belongs to the lock of its dispatcher.
 */
final class Setbacks {
    /** A worker that ends sooner than this has not got its code to run. */
    private static final long YOUNG = Duration.ofSeconds(10).toNanos();
    /** So many in a row that ended young are no accident. */
    private static final int MANY = 3;

    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private int early;
    private int pauses;
    private long until;
    private String detail = "";
    private String machineFault = "";

    /** Whether no worker shall be started now. */
    boolean paused(long now) {
        return pauses > 0 && until - now > 0;
    }

    /** Whether it was paused and has not answered since: one worker is enough to try. */
    boolean onTrial() {
        return pauses > 0;
    }

    /** A worker has ended. */
    void judge(Worker worker, Ending ending, long now) {
        switch (ending.cause()) {
            case UNFIT -> unfit(ending.text(), now);
            case CODE -> {
                if (!worker.wasReady() || now - worker.readySince < YOUNG) {
                    early(ending.text(), now);
                } else {
                    answered();
                }
            }
            case MACHINE -> machineFault = ending.how();
            case OURS -> {}
        }
    }

    /** A worker has got ready: the machine can do it. */
    void started() {
        machineFault = "";
    }

    /** Why the machine could not start the last worker; empty when it could. */
    String machineFault() {
        return machineFault;
    }

    /** A worker ended young. */
    void early(String why, long now) {
        early++;
        if (early >= MANY || pauses > 0) {
            pause(why, now);
        }
    }

    /** A worker cannot load the code. */
    void unfit(String why, long now) {
        pause(why, now);
    }

    /** A worker has answered, or has lived long enough. */
    void answered() {
        early = 0;
        pauses = 0;
    }

    private void pause(String why, long now) {
        early = 0;
        long length = Math.min(FIRST.toNanos() << Math.min(pauses, 10), LONGEST.toNanos());
        pauses++;
        until = now + length;
        detail = why;
    }

    /** What a call is told that came during a pause. */
    Outcome.Refused refusal(long now) {
        return new Outcome.Refused(
                Outcome.Why.PAUSED,
                "This function is paused, for its code does not start.",
                detail,
                Duration.ofNanos(Math.max(1, until - now)));
    }

    /** Why it was paused last; empty when it is as it should be. */
    String detail() {
        return pauses > 0 ? detail : "";
    }
}
