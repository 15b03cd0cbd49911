/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.engine.function.FunctionVersion;
import jakarta.inject.Inject;
import java.time.Clock;

/** Enters calls that have ended where they are counted: metrics, the function's journal, and by that its accounts. Thread-safe. */
final class CallBook {
    private final CallMeters meters;
    private final Journals journals;
    private final Clock clock;

    @Inject
    CallBook(CallMeters meters, Journals journals, Clock clock) {
        this.meters = meters;
        this.journals = journals;
        this.clock = clock;
    }

    /**
     * A call has ended; its place is given back.
     *
     * @param version that was asked for
     * @param status of the answer; 499 when nobody was there to get it
     * @param outcome its name in metrics
     */
    void ended(Calls.Taken taken, FunctionVersion version, Ask ask, int status, String outcome) {
        taken.close();
        long age = taken.age();
        Journal.Done done = new Journal.Done(
                0,
                ask.callId(),
                clock.instant(),
                ask.handler(),
                taken.number(),
                status,
                age / 1_000_000,
                taken.cold(),
                taken.instance());
        Journal journal = journals.of(version.function());
        if (taken.elsewhere()) {
            // It is counted and accounted for where it ran, once.
            meters.passed(outcome, age);
            journal.passed(taken.version().created(), done);
            return;
        }
        meters.ended(version.function(), outcome, taken.cold(), age);
        journal.done(taken.version().created(), done, !outcome.equals("answered"), taken.busy());
    }
}
